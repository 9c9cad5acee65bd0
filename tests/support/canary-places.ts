import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";

export type Place = { readonly name: string; readonly written: Buffer | string };

/** Every row of every table of the database, of ours and of the queue's, bytes in hex. */
export async function databasePlaces(databaseUrl: string): Promise<readonly Place[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ readonly name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    );
    const places: Place[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ readonly row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} t`);
      places.push({ name: `table ${name}`, written: rows.map(({ row }) => row).join("\n") });
    }
    return places;
  } finally {
    await client.end();
  }
}

/** Every file below a folder but those of the folders named. */
export function filePlaces(folder: string, except: readonly string[] = []): readonly Place[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !except.some((name) => entry.parentPath.split("/").includes(name)))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { name: `file ${path}`, written: readFileSync(path) };
    });
}
