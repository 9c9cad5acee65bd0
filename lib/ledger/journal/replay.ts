import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isUuid, newId } from "#lib/base/ids";
import type { Log } from "#lib/platform/log";
import type { Sql } from "#lib/platform/sql";
import { applyBatch } from "./flusher.ts";
import { ownerOf, vitalityOf } from "./owner.ts";
import { readFolderInTurns } from "./read-folder.ts";

/** What the folder of a journal ends with that could not be read to its end. */
export const DAMAGED = ".damaged";

const BATCH_MAX = 1_000;
/** Where only the database can tell whether an owner lives, we must have seen it silent for so long ourselves; it beats every 5 s. */
const SILENCE_MS = 60_000;
/** A folder without an owner's mark may be one just being made. */
const UNMARKED_AGE_MS = 60_000;

/** Owners of whom nothing new was heard: their last heartbeat, as the database writes it, and since when it is the last we saw. */
export type Suspects = Map<string, { readonly heartbeat: string; readonly sinceMs: number }>;

type Means = { readonly sql: Sql; readonly log: Log; readonly suspects: Suspects };

export type ReplayReport = { readonly folders: number; readonly rows: number; readonly interrupted: number };

/**
 * Replays the journals of dead processes below `root` into the database and deletes them; one in which something is damaged
 * is kept beside them. Safe to run twice and at once on many nodes.
 */
export async function replayDead(root: string, ownId: string, means: Means): Promise<ReplayReport> {
  let report: ReplayReport = { folders: 0, rows: 0, interrupted: 0 };
  const folders = foldersIn(root);
  for (const suspect of means.suspects.keys()) if (!folders.includes(suspect)) means.suspects.delete(suspect);
  for (const instanceId of folders) {
    if (instanceId === ownId) continue;
    const done = await replayOne(join(root, instanceId), instanceId, means).catch((error) => {
      // The others' journals do not wait for it.
      means.log.error("journal of a dead process not replayed", { instanceId, error });
    });
    if (!done) continue;
    report = {
      folders: report.folders + 1,
      rows: report.rows + done.rows,
      interrupted: report.interrupted + done.interrupted,
    };
  }
  return report;
}

/** The advisory lock that a living owner holds: one key per instance. */
export const lockKeySql = "hashtextextended($1, 0)";

async function replayOne(folder: string, instanceId: string, { sql, log, suspects }: Means) {
  const connection = await sql.connect();
  try {
    const locked = await connection.query<{ held: boolean }>(`SELECT pg_try_advisory_lock(${lockKeySql}) AS held`, [
      instanceId,
    ]);
    if (locked.rows[0]?.held !== true) return undefined;
    try {
      if (!(await isDead(folder, instanceId, { sql, suspects }))) return undefined;
      const { rows, interrupted, damagedBytes, isDamaged } = await readFolderInTurns(folder);
      for (let from = 0; from < rows.length; from += BATCH_MAX)
        await applyBatch(rows.slice(from, from + BATCH_MAX), { sql, log });
      await connection.query("UPDATE gateway_instance SET ended_at = now() WHERE id = $1 AND ended_at IS NULL", [
        instanceId,
      ]);
      if (isDamaged) renameSync(folder, damagedName(folder));
      else rmSync(folder, { recursive: true, force: true });
      log.warn("journal of a dead process replayed", { instanceId, rows: rows.length, interrupted, damagedBytes });
      return { rows: rows.length, interrupted };
    } finally {
      await connection.query(`SELECT pg_advisory_unlock(${lockKeySql})`, [instanceId]);
    }
  } finally {
    connection.release();
  }
}

/** One process may leave two of them: it goes on under its id after it was taken for dead. */
const damagedName = (folder: string) =>
  existsSync(folder + DAMAGED) ? `${folder}-${newId()}${DAMAGED}` : folder + DAMAGED;

async function isDead(folder: string, instanceId: string, { sql, suspects }: Omit<Means, "log">): Promise<boolean> {
  // Another process has just replayed it.
  if (!existsSync(folder)) return false;
  const owner = ownerOf(folder);
  if (owner === undefined) return Date.now() - statSync(folder).mtimeMs > UNMARKED_AGE_MS;
  const vitality = vitalityOf(owner);
  if (vitality !== "unknown") return vitality === "dead";
  // The lock alone proves nothing after a database restart, which drops every lock; nor does an old heartbeat when the
  // database was away, for then nobody's could be heard.
  const found = await sql.query<{ heartbeat: string }>(
    "SELECT heartbeat_at::text AS heartbeat FROM gateway_instance WHERE id = $1",
    [instanceId],
  );
  const heartbeat = found.rows[0]?.heartbeat ?? "none yet";
  const nowMs = performance.now();
  const suspect = suspects.get(instanceId);
  if (suspect?.heartbeat === heartbeat) return nowMs - suspect.sinceMs >= SILENCE_MS;
  suspects.set(instanceId, { heartbeat, sinceMs: nowMs });
  return false;
}

function foldersIn(root: string): string[] {
  try {
    return readdirSync(root).filter(isUuid);
  } catch {
    return [];
  }
}
