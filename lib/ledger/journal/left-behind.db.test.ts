import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { newId } from "#lib/base/ids";
import { createLog } from "#lib/platform/log";
import { recordOf } from "#tests/support/request-record";
import { sqlOfFile } from "#tests/support/sql-of-file";
import { createJournal } from "./journal.ts";
import { leftBehindIn } from "./left-behind.ts";
import { replayDead } from "./replay.ts";
import { openSegments } from "./segments.ts";

const sql = sqlOfFile();

/** A journal of ten settled requests, a frame each, whose owner's mark is changed. */
function leaveJournal(change: { readonly startTicks?: string; readonly world?: string }) {
  const dataDir = mkdtempSync(join(tmpdir(), "left-behind-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const id = newId();
  const folder = join(dataDir, "journal", id);
  const journal = createJournal(openSegments(folder, false), () => undefined);
  const ids = Array.from({ length: 10 }, () => {
    const record = recordOf();
    journal.settle(record);
    journal.take(0);
    return record.id;
  });
  const mark = join(folder, "owner.json");
  writeFileSync(mark, JSON.stringify({ ...JSON.parse(readFileSync(mark, "utf8")), ...change }));
  return { dataDir, folder, id, ids };
}

const replay = (dataDir: string) =>
  replayDead(join(dataDir, "journal"), newId(), {
    sql: sql(),
    log: createLog("gateway", "error", () => undefined),
    suspects: new Map(),
  });

test("requests of a dead process are named until its journal is replayed", async () => {
  const { dataDir, ids } = leaveJournal({ startTicks: "0" });
  const lines = await leftBehindIn(dataDir, sql());
  expect(lines).toHaveLength(10);
  expect(lines.join()).toContain(ids[9]);
  await replay(dataDir);
  expect(await leftBehindIn(dataDir, sql())).toEqual([]);
});

test("a damaged journal loses one request and not those behind it, and is named for as long as it is there", async () => {
  const { dataDir, folder, id, ids } = leaveJournal({ startTicks: "0" });
  const file = join(folder, "00000001.log");
  const bytes = readFileSync(file);
  const second = 8 + bytes.readUInt32LE(0);
  bytes[second + 40] = (bytes[second + 40] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  expect(await replay(dataDir)).toMatchObject({ folders: 1, rows: 9 });
  const { rows } = await sql().query("SELECT id FROM usage_event WHERE id = ANY($1::uuid[])", [ids]);
  expect(rows).toHaveLength(9);
  expect((await leftBehindIn(dataDir, sql())).join()).toContain(`journal ${id}.damaged was damaged`);
  renameSync(`${folder}.damaged`, join(dataDir, "looked-at"));
  expect(await leftBehindIn(dataDir, sql())).toEqual([]);
});

test("what a living process on another machine or in another container holds is not left behind", async () => {
  const { dataDir, id } = leaveJournal({ world: "another container" });
  expect(await leftBehindIn(dataDir, sql())).toHaveLength(10);
  const holder = await sql().connect();
  await holder.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [id]);
  expect(await leftBehindIn(dataDir, sql())).toEqual([]);
  await holder.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [id]);
  holder.release();
  expect(await leftBehindIn(dataDir, sql())).toHaveLength(10);
  await sql().query("INSERT INTO gateway_instance (id, host, pid) VALUES ($1, 'elsewhere', 1)", [id]);
  expect(await leftBehindIn(dataDir, sql())).toEqual([]);
});

test("without a journal nothing is left behind", async () => {
  expect(await leftBehindIn(join(tmpdir(), newId()), sql())).toEqual([]);
});
