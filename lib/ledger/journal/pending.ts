import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isUuid } from "#lib/base/ids";
import type { Sql } from "#lib/platform/sql";
import { ownerOf, vitalityOf } from "./owner.ts";
import { readFolder } from "./read-folder.ts";

/** Gives the ids that stand in journals of dead processes below `dataDir` and are not in the database yet. */
export async function pendingIdsIn(dataDir: string, sql: Pick<Sql, "query">): Promise<readonly string[]> {
  const root = join(dataDir, "journal");
  const ids = foldersIn(root)
    .filter((folder) => isOrphaned(join(root, folder)))
    .flatMap((folder) => readFolder(join(root, folder)).rows.map((row) => row.id));
  if (ids.length === 0) return [];
  const { rows } = await sql.query<{ id: string }>(
    "SELECT id FROM unnest($1::uuid[]) AS id WHERE id NOT IN (SELECT id FROM usage_event)",
    [ids],
  );
  return rows.map(({ id }) => id);
}

function isOrphaned(folder: string): boolean {
  const owner = ownerOf(folder);
  return owner === undefined || vitalityOf(owner) !== "alive";
}

function foldersIn(root: string): string[] {
  try {
    return readdirSync(root).filter(isUuid);
  } catch {
    return [];
  }
}
