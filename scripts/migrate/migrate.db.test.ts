import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEmptyDatabase, type TestDatabase } from "#tests/support/database";
import { currentSchema, diffSchemas, lastSchema } from "./engine.ts";
import { migrateDatabase } from "./migrate-database.ts";

let database: TestDatabase;
let databaseUrl: string;
beforeAll(async () => {
  database = await createEmptyDatabase();
  databaseUrl = database.databaseUrl;
  await query(`ALTER DATABASE ${new URL(databaseUrl).pathname.slice(1)} SET timezone = 'America/New_York'`);
});
afterAll(() => database.drop());

async function query(text: string) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe("migrating", () => {
  test("by two at once applies every migration once; a third has nothing to do", async () => {
    const [one, other] = await Promise.all([migrateDatabase(databaseUrl), migrateDatabase(databaseUrl)]);
    const recorded = await query("SELECT migration_name FROM _prisma_migrations ORDER BY 1");
    expect([...one, ...other]).toEqual(recorded.map((row) => row.migration_name));
    expect(recorded.length).toBeGreaterThan(0);
    expect(await migrateDatabase(databaseUrl)).toEqual([]);
  });

  test("makes the tables of the job queue, so that the worker needs no right to", async () => {
    expect(await query("SELECT to_regclass('pgboss.job') IS NOT NULL AS is_there")).toEqual([{ is_there: true }]);
  });

  test("makes partitions that are months in UTC without a gap, whatever time zone the database is set to", async () => {
    await query("SELECT usage_ensure_partitions(14)");
    const rows: { bound: string }[] = await query(
      `SELECT pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'usage_event'::regclass AND c.relname ~ '\\d{6}$' ORDER BY c.relname`,
    );
    const bounds = rows.map(({ bound }) => (bound.match(/'[0-9a-f-]{36}'/g) ?? []).map(momentOf));
    const now = new Date();
    const monthAt = (ahead: number) =>
      new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead)).toISOString();
    expect(bounds).toEqual(Array.from({ length: 15 }, (_, ahead) => [monthAt(ahead), monthAt(ahead + 1)]));
  });
});

const momentOf = (uuid: string) =>
  new Date(Number.parseInt(uuid.replaceAll(/['-]/g, "").slice(0, 12), 16)).toISOString();

describe("a new migration", () => {
  test("is empty when nothing has changed", async () => {
    expect(await diffSchemas({ from: lastSchema(), to: currentSchema() }, databaseUrl)).toContain("empty migration");
  });

  test("holds what leads from the last schema to the present one", async () => {
    const to = currentSchema().replace("model Project {", "model Project {\n  note String?");
    const sql = await diffSchemas({ from: lastSchema(), to }, databaseUrl);
    expect(sql).toContain('ALTER TABLE "project" ADD COLUMN     "note" TEXT');
  });
});
