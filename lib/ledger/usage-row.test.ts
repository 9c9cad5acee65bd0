import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newId } from "#lib/base/ids";
import { NO_USAGE, type RequestRecord } from "#lib/base/request-record";
import { nanoUsd } from "#lib/base/units";
import { usageRowOf } from "./usage-row.ts";

const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const id = fc.constant(newId());
const name = fc.string({ unit: "binary", maxLength: 12 });

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
  attempts: fc.constantFrom(
    [],
    [{ deployment: "m/d", provider: "p", credential: "a", status: 200, durationMs: 3, costNano: nanoUsd(5n) }],
  ),
  rejected: fc.constantFrom([], [{ deployment: "m/d", reason: 'a "reason"' }]),
  cache: fc.constantFrom("hit", "bypass"),
  usage: fc.constant({ ...NO_USAGE, inputTokens: 7, isEstimated: true }),
  cost: fc.bigInt({ min: 0n, max: 2n ** 60n }).map(nanoUsd),
  upstreamCost: fc.constant(nanoUsd(0n)),
  configVersion: fc.nat(),
  durationMs: fc.nat(),
  firstByteMs: nullable(fc.nat()),
});

describe("a usage row", () => {
  it("is JSON that says what the record says, whatever stands in its texts", () => {
    fc.assert(
      fc.property(records, (record) => {
        const row = JSON.parse(usageRowOf(record));
        expect(row).toMatchObject({
          id: record.id,
          org_id: record.orgId,
          key_id: record.keyId,
          endpoint: record.endpoint,
          served_model: record.servedModel,
          deployment: record.deployment,
          error_code: record.errorCode,
          is_stream: record.isStream,
          rejected: record.rejected,
          cost_nano: record.cost.toString(),
          duration_ms: record.durationMs,
          first_byte_ms: record.firstByteMs,
          input_tokens: 7,
          is_estimated: true,
        });
        expect(row.requested_model).toBe(record.requestedModel.replaceAll("\0", "\uFFFD").toWellFormed());
        expect(Object.keys(row)).toHaveLength(33);
      }),
    );
  });
});
