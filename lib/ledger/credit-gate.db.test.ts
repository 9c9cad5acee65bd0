import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { newId } from "#lib/base/ids";
import { nanoUsd } from "#lib/base/units";
import { recordOf } from "#tests/support/request-record";
import { stageWithSql } from "#tests/support/stage-with-sql";
import { readAvailable } from "./balance.ts";
import { credit } from "./credit.ts";
import { openCreditGate } from "./credit-gate.ts";
import { applyRows } from "./journal/apply.ts";
import { createJournal } from "./journal/journal.ts";
import { openSegments } from "./journal/segments.ts";

const MINUTE = 60_000;

const { stage, sql } = stageWithSql();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a settled cost counts for as long as the database refuses its row, and once when it has taken it", async () => {
  const { id: orgId } = stage().ours;
  const money = { orgId, amount: nanoUsd(100n), reason: "r", actor: "a", transferId: newId() };
  await stage().db.$transaction((tx) => credit(tx, money));
  const journal = createJournal(openSegments(folder, false), () => undefined);
  let laterMs = 0;
  const gate = openCreditGate(
    (orgIds) => readAvailable(sql(), orgIds),
    () => performance.now() + laterMs,
    journal.recordedUntilMs,
  );
  const reserve = async (amount: bigint) => {
    laterMs += 2 * MINUTE;
    return gate.reserve(orgId, nanoUsd(amount));
  };
  const first = await gate.reserve(orgId, nanoUsd(100n));
  journal.settle(recordOf({ id: newId(), orgId, cost: nanoUsd(60n) }));
  if (first.held) first.hold.settle(nanoUsd(60n));

  for (let refusal = 0; refusal < 3; refusal++) {
    journal.putBack(journal.take(1));
    expect(await reserve(41n)).toEqual({ held: false, reason: "no-money" });
  }
  const rows = journal.take(1);
  await applyRows(
    sql(),
    rows.map(({ json }) => json),
  );
  journal.release(rows);
  await vi.waitFor(async () => expect(await reserve(40n)).toMatchObject({ held: true }), { timeout: 5_000 });
  expect(await reserve(1n)).toEqual({ held: false, reason: "no-money" });
  gate.close();
});
