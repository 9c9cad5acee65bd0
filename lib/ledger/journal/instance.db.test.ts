import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { newId } from "#lib/base/ids";
import { createLog } from "#lib/platform/log";
import { openSql } from "#lib/platform/sql";
import { createTestDatabase } from "#tests/support/database";
import { recordOf } from "#tests/support/request-record";
import { openJournalInstance } from "./instance.ts";
import { readFolder } from "./read-folder.ts";
import { replayDead, type Suspects } from "./replay.ts";

/** A journal whose owner seems to be on another machine, so that only its silence tells whether it lives. */
async function openElsewhere() {
  const database = await createTestDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), "instance-"));
  const sql = openSql(database.databaseUrl, 4);
  const log = createLog("gateway", "error", () => undefined);
  const { databaseUrl } = database;
  const instance = openJournalInstance({ dataDir, databaseUrl, sql, isSynced: false, log, now: Date.now });
  onTestFinished(async () => {
    await instance.close(500);
    await sql.end();
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const root = join(dataDir, "journal");
  const folder = join(root, instance.id);
  const mark = join(folder, "owner.json");
  writeFileSync(mark, JSON.stringify({ ...JSON.parse(readFileSync(mark, "utf8")), world: "another machine" }));
  return { instance, sql, log, root, folder };
}

const LOCKED = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

const WAIT = { timeout: 10_000, interval: 50 };

async function takeOver({ sql, log, root, folder }: Awaited<ReturnType<typeof openElsewhere>>): Promise<void> {
  const isLocked = async () => (await sql.query(LOCKED)).rows.length > 0;
  await expect.poll(isLocked, WAIT).toBe(true);
  // A database that fails over drops every lock, the one that says this owner lives among them.
  await sql.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()",
  );
  await expect.poll(isLocked, WAIT).toBe(false);
  const suspects: Suspects = new Map();
  const replay = () => replayDead(root, newId(), { sql, log, suspects });
  // A heart that beats between the two is a sign of life, and rightly so: then it takes another silence.
  const isTaken = async () => {
    await replay();
    for (const [id, { heartbeat, sinceMs }] of suspects) suspects.set(id, { heartbeat, sinceMs: sinceMs - 61_000 });
    await replay();
    return !existsSync(folder);
  };
  await expect.poll(isTaken, WAIT).toBe(true);
}

test("a process that was taken for dead while it lived goes on, in a folder that is there", async () => {
  const elsewhere = await openElsewhere();
  const { instance, folder } = elsewhere;
  await takeOver(elsewhere);
  await expect.poll(() => existsSync(folder), WAIT).toBe(true);
  const record = recordOf();
  await instance.journal.admit(record);
  expect(readFolder(folder).rows.map(({ id }) => id)).toEqual([record.id]);
  instance.journal.settle(record);
  expect(await instance.flusher.drain(5_000)).toBe(true);
});
