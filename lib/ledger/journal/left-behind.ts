import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isUuid } from "#lib/base/ids";
import type { Sql } from "#lib/platform/sql";
import { ownerOf, vitalityOf } from "./owner.ts";
import { readFolder } from "./read-folder.ts";
import { DAMAGED, lockKeySql } from "./replay.ts";

type Reading = Pick<Sql, "query">;

/**
 * Gives a line for each thing below `dataDir` that a journal holds and the database does not: requests of processes that
 * are no more, and journals that are damaged, in which there may be requests nobody can read. Reads only.
 */
export async function leftBehindIn(dataDir: string, sql: Reading): Promise<readonly string[]> {
  const root = join(dataDir, "journal");
  const names = namesIn(root);
  const dead: string[] = [];
  for (const name of names.filter(isUuid)) if (await isOrphaned(join(root, name), name, sql)) dead.push(name);
  const kept = names.filter((name) => name.endsWith(DAMAGED));
  const ids = [...dead, ...kept].flatMap((name) => idsIn(join(root, name)));
  return [
    ...(await missing(ids, sql)).map((id) => `request ${id} is in a journal left behind and not in the database`),
    ...kept.map(
      (name) => `journal ${name} was damaged: requests may be missing; move the folder away once they are found`,
    ),
  ];
}

async function missing(ids: readonly string[], sql: Reading): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql.query<{ id: string }>(
    "SELECT id FROM unnest($1::uuid[]) AS id WHERE id NOT IN (SELECT id FROM usage_event)",
    [ids],
  );
  return rows.map(({ id }) => id);
}

/** Where the database alone can tell, an owner lives while it holds its lock, or has been heard within the last minute. */
async function isOrphaned(folder: string, instanceId: string, sql: Reading): Promise<boolean> {
  const owner = ownerOf(folder);
  if (owner === undefined) return true;
  const vitality = vitalityOf(owner);
  if (vitality !== "unknown") return vitality === "dead";
  const { rows } = await sql.query<{ is_heard: boolean }>(
    `SELECT EXISTS (SELECT FROM gateway_instance WHERE id = $1::text::uuid AND heartbeat_at > now() - interval '1 minute')
         OR EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1
                       AND (classid::bigint << 32 | objid::bigint) = ${lockKeySql}) AS is_heard`,
    [instanceId],
  );
  return rows[0]?.is_heard !== true;
}

function idsIn(folder: string): string[] {
  try {
    return readFolder(folder).rows.map(({ id }) => id);
  } catch (error) {
    // Replayed by another process meanwhile.
    if (!existsSync(folder)) return [];
    throw error;
  }
}

function namesIn(root: string): string[] {
  return existsSync(root) ? readdirSync(root) : [];
}
