import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newId } from "#lib/base/ids";
import { NO_USAGE, type RequestRecord } from "#lib/base/request-record";
import { nanoUsd } from "#lib/base/units";
import { usageRowOf } from "./usage-row.ts";

const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const id = fc.constant(newId());
const name = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc
    .array(fc.constantFrom("a", "\0", "\ud800", '"', "\\", "\u2028", ",\n"), { maxLength: 6 })
    .map((all) => all.join("")),
);

const records: fc.Arbitrary<RequestRecord> = fc.record({
  id,
  admittedAtMs: fc.double({ min: 1_700_000_000_000, max: 1_900_000_000_000, noNaN: true }),
  orgId: nullable(id),
  projectId: nullable(id),
  memberId: nullable(id),
  keyId: nullable(id),
  endpoint: name,
  requestedModel: name,
  servedModel: name,
  provider: name,
  deployment: name,
  status: fc.integer({ min: 200, max: 599 }),
  outcome: fc.constantFrom("completed", "refused", "failed"),
  errorCode: nullable(name),
  isStream: fc.boolean(),
  isTest: fc.boolean(),
  requests: fc.nat(),
  attempts: fc.array(
    fc.record({
      deployment: fc.constant("m/d"),
      provider: fc.constant("p"),
      credential: fc.constant("a"),
      status: fc.constant(200),
      dropped: fc.array(name, { maxLength: 2 }),
      durationMs: fc.nat(),
      costNano: fc.constant(nanoUsd(5n)),
    }),
    { maxLength: 2 },
  ),
  rejected: fc.array(fc.record({ deployment: fc.constant("m/d"), reason: name }), { maxLength: 2 }),
  cache: fc.constantFrom("hit", "bypass"),
  usage: fc.constant({ ...NO_USAGE, inputTokens: 7, isEstimated: true }),
  cost: fc.bigInt({ min: 0n, max: 2n ** 60n }).map(nanoUsd),
  upstreamCost: fc.constant(nanoUsd(0n)),
  configVersion: fc.nat(),
  durationMs: fc.nat(),
  firstByteMs: nullable(fc.nat()),
});

/** What PostgreSQL takes of a text that came from a caller. */
const stored = (text: string) => text.replaceAll("\0", "\uFFFD").toWellFormed();

describe("a usage row", () => {
  it("is JSON that says what the record says, whatever stands in its texts", () => {
    fc.assert(
      fc.property(records, (record) => {
        const row = JSON.parse(usageRowOf(record));
        expect(row).toMatchObject({
          id: record.id,
          org_id: record.orgId,
          key_id: record.keyId,
          endpoint: stored(record.endpoint),
          served_model: stored(record.servedModel),
          deployment: stored(record.deployment),
          error_code: record.errorCode === null ? null : stored(record.errorCode),
          is_stream: record.isStream,
          rejected: record.rejected.map((one) => ({ ...one, reason: stored(one.reason) })),
          attempts: record.attempts.map(({ dropped = [], ...one }) => ({
            ...one,
            dropped: dropped.map(stored),
            costNano: "5",
          })),
          cost_nano: record.cost.toString(),
          duration_ms: record.durationMs,
          first_byte_ms: record.firstByteMs,
          input_tokens: 7,
          is_estimated: true,
        });
        expect(row.requested_model).toBe(stored(record.requestedModel));
        expect(Object.keys(row)).toHaveLength(33);
      }),
    );
  });
});
