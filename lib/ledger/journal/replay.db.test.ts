import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { newId } from "#lib/base/ids";
import { createLog } from "#lib/platform/log";
import { recordOf } from "#tests/support/request-record";
import { sqlOfFile } from "#tests/support/sql-of-file";
import { createJournal } from "./journal.ts";
import { claimFolder } from "./owner.ts";
import { replayDead, type Suspects } from "./replay.ts";
import { openSegments } from "./segments.ts";

const sql = sqlOfFile();

/** A journal with one settled row, of a process that is no more; gives the row's id. */
function leaveJournal(root: string, instanceId: string): string {
  const folder = join(root, instanceId);
  mkdirSync(folder, { recursive: true });
  const journal = createJournal(openSegments(folder, false), () => undefined);
  const record = recordOf();
  journal.settle(record);
  journal.take(0);
  claimFolder(folder);
  const owner = JSON.parse(readFileSync(join(folder, "owner.json"), "utf8"));
  writeFileSync(join(folder, "owner.json"), JSON.stringify({ ...owner, startTicks: "0" }));
  return record.id;
}

it("journals of dead processes are replayed, one that is damaged as far as it is sound, and that one is kept", async () => {
  const root = mkdtempSync(join(tmpdir(), "journals-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [damaged, unreadable, sound] = [newId(), newId(), newId()] as const;
  const ids = [damaged, unreadable, sound].map((instanceId) => leaveJournal(root, instanceId));
  appendFileSync(join(root, damaged, "00000001.log"), Buffer.alloc(40, 0x61));
  mkdirSync(join(root, unreadable, "00000002.log"));

  const lines: string[] = [];
  const log = createLog("gateway", "error", (line) => void lines.push(line));
  expect(await replayDead(root, newId(), { sql: sql(), log, suspects: new Map() })).toEqual({
    folders: 2,
    rows: 2,
    interrupted: 0,
  });
  const { rows } = await sql().query<{ id: string }>("SELECT id FROM usage_event ORDER BY id");
  expect(rows.map(({ id }) => id)).toEqual([ids[0], ids[2]].toSorted());
  expect(readdirSync(root).toSorted()).toEqual([`${damaged}.damaged`, unreadable].toSorted());
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(unreadable);
});

it("a second damaged journal of one owner is kept beside the first", async () => {
  const root = mkdtempSync(join(tmpdir(), "journals-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const owner = newId();
  const log = createLog("gateway", "error", () => undefined);
  for (let time = 0; time < 2; time++) {
    leaveJournal(root, owner);
    appendFileSync(join(root, owner, "00000001.log"), Buffer.alloc(40, 0x61));
    expect(await replayDead(root, newId(), { sql: sql(), log, suspects: new Map() })).toMatchObject({ folders: 1 });
  }
  expect(readdirSync(root).filter((name) => name.endsWith(".damaged"))).toHaveLength(2);
});

it("an owner on another machine is dead only when we have seen it silent for a minute ourselves", async () => {
  const root = mkdtempSync(join(tmpdir(), "journals-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [elsewhere, newborn] = [newId(), newId()] as const;
  for (const instanceId of [elsewhere, newborn]) {
    leaveJournal(root, instanceId);
    const file = join(root, instanceId, "owner.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), world: "another machine" }));
  }
  const beat = (at: string) =>
    sql().query(
      `INSERT INTO gateway_instance (id, host, pid, heartbeat_at) VALUES ($1, 'elsewhere', 1, $2)
       ON CONFLICT (id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at`,
      [elsewhere, at],
    );
  const suspects: Suspects = new Map();
  const log = createLog("gateway", "error", () => undefined);
  const replayed = async () => (await replayDead(root, newId(), { sql: sql(), log, suspects })).folders;
  const age = () => {
    for (const [id, { heartbeat, sinceMs }] of suspects) suspects.set(id, { heartbeat, sinceMs: sinceMs - 61_000 });
  };
  // As after an hour in which the database was away: nobody was heard.
  await beat("2026-01-01T00:00:00Z");
  expect(await replayed()).toBe(0);
  await beat("2026-01-01T01:00:00Z");
  suspects.delete(newborn);
  age();
  expect(await replayed()).toBe(0);
  age();
  expect(await replayed()).toBe(2);
});
