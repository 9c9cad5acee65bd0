import { expect, it } from "vitest";
import { NO_USAGE, type RequestRecord } from "#lib/base/request-record";
import { nanoUsd } from "#lib/base/units";
import { recordOf } from "#tests/support/request-record";
import { createNoteSampler } from "./note-sampler.ts";

const refusal = (given: Partial<RequestRecord> = {}): RequestRecord =>
  recordOf({
    admittedAtMs: 1_000,
    requestedModel: "",
    servedModel: "",
    provider: "",
    deployment: "",
    status: 401,
    outcome: "refused",
    errorCode: "invalid_api_key",
    usage: NO_USAGE,
    cost: nanoUsd(0n),
    upstreamCost: nanoUsd(0n),
    durationMs: 2,
    firstByteMs: null,
    ...given,
  });

function sampled(records: readonly RequestRecord[], ms: (at: number) => number) {
  const rows: RequestRecord[] = [];
  let at = 0;
  const sampler = createNoteSampler({
    write: (row) => rows.push(row),
    rowsPerSecond: 5,
    hasRoom: () => true,
    now: () => ms(at),
  });
  for (const record of records) {
    sampler.note(record);
    at++;
  }
  sampler.flush();
  return rows;
}

const total = (rows: readonly RequestRecord[]) => rows.reduce((sum, row) => sum + row.requests, 0);

it("writes every row of a slow trickle", () => {
  const rows = sampled(
    Array.from({ length: 20 }, () => refusal()),
    (at) => at * 1_000,
  );
  expect(rows).toHaveLength(20);
});

it("writes few rows of a flood, and their number stays exact", () => {
  const rows = sampled(
    Array.from({ length: 10_000 }, () => refusal()),
    () => 0,
  );
  expect(rows).toHaveLength(6);
  expect(total(rows)).toBe(10_000);
  expect(new Set(rows.map((row) => row.id)).size).toBe(6);
});

it("keeps kinds apart, and is bounded when there are very many", () => {
  const rows = sampled(
    Array.from({ length: 5_000 }, (_, at) => refusal({ keyId: `key-${at % 1_000}`, status: at % 2 ? 401 : 429 })),
    () => 0,
  );
  expect(rows.length).toBeLessThan(600);
  expect(total(rows)).toBe(5_000);
});

it("only counts while there is no room, for hours if need be, and writes all of it then", () => {
  const rows: RequestRecord[] = [];
  let hasRoom = false;
  let ms = 0;
  const write = (row: RequestRecord) => rows.push(row);
  const sampler = createNoteSampler({ write, rowsPerSecond: 5, hasRoom: () => hasRoom, now: () => ms });
  for (; ms < 7_200_000; ms += 1_000) sampler.note(refusal({ keyId: `key-${ms % 7}` }));
  expect(rows).toHaveLength(0);
  hasRoom = true;
  sampler.note(refusal());
  expect(rows.length).toBeLessThan(10);
  expect(total(rows)).toBe(7_201);
});
