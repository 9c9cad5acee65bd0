import { beforeEach, expect, it } from "vitest";
import { newId } from "#lib/base/ids";
import { createLog } from "#lib/platform/log";
import { openTestJournal } from "#tests/support/journal";
import { recordOf } from "#tests/support/request-record";
import { sqlOfFile } from "#tests/support/sql-of-file";
import { startFlusher } from "./flusher.ts";

const sql = sqlOfFile();
beforeEach(() => sql().query("TRUNCATE usage_event, usage_rollup, usage_quarantine"));

const idsIn = async (table: string) => {
  const { rows } = await sql().query<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`);
  return rows.map(({ id }) => id);
};

it.each([
  ["that the database refuses", { outcome: "nonsense" as never }],
  ["that is no JSON", { durationMs: Number.NaN }],
])("a row %s goes into quarantine alone, out of the middle of its turn", async (_what, wrong) => {
  const journal = openTestJournal();
  const lines: string[] = [];
  const log = createLog("gateway", "error", (line) => void lines.push(line));
  const orgId = newId();
  const good = Array.from({ length: 40 }, () => newId());
  const bad = newId();
  for (const id of good.slice(0, 17)) journal.settle(recordOf({ id, orgId }));
  journal.settle(recordOf({ id: bad, orgId, ...wrong }));
  for (const id of good.slice(17)) journal.settle(recordOf({ id, orgId }));
  const flusher = startFlusher(journal, sql(), log);
  expect(await flusher.drain(10_000)).toBe(true);
  await flusher.stop();
  expect(await idsIn("usage_event")).toEqual(good.toSorted());
  expect(await idsIn("usage_quarantine")).toEqual([bad]);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ message: "usage row quarantined", id: bad }]);
  expect(journal.depth()).toEqual({ admitted: 0, queued: 0, inFlight: 0 });
});
