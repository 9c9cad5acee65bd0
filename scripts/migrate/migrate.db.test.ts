import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
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

describe("a migration that does not come to its end", () => {
  const COMMAND = fileURLToPath(new URL("../db-migrate.ts", import.meta.url));
  const migrate = (url: string) => spawn(process.execPath, [COMMAND], { env: { NODE_ENV: "test", DATABASE_URL: url } });

  async function inEmptyDatabase(run: (url: string, other: pg.Client) => Promise<void>) {
    const empty = await createEmptyDatabase();
    const other = new pg.Client({ connectionString: empty.databaseUrl });
    await other.connect();
    try {
      await run(empty.databaseUrl, other);
    } finally {
      await other.end();
      await empty.drop();
    }
  }

  test("because its process was killed: the next run does it again", async () => {
    await inEmptyDatabase(async (url, other) => {
      await other.query('BEGIN; CREATE TABLE "organization" ()');
      const child = migrate(url);
      await expect.poll(() => blocked(other), { timeout: 10_000 }).toBe(1);
      child.kill("SIGKILL");
      await once(child, "exit");
      await other.query("ROLLBACK");
      const applied = await migrateDatabase(url);
      const { rows } = await other.query("SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL");
      expect(rows.map(({ migration_name }) => migration_name).sort()).toEqual([...applied].sort());
      expect(await migrateDatabase(url)).toEqual([]);
    });
  });

  test("because the database refused it: what stood in the way is mended, and the next run does it", async () => {
    await inEmptyDatabase(async (url, other) => {
      await other.query('CREATE TYPE "organization" AS (id int)');
      await expect(migrateDatabase(url)).rejects.toThrow("already exists");
      await other.query('DROP TYPE "organization"');
      expect((await migrateDatabase(url)).length).toBeGreaterThan(0);
    });
  });
});

/** How many wait for a table. A transaction sees others as they were when it first looked. */
async function blocked(client: pg.Client): Promise<number | null> {
  await client.query("SELECT pg_stat_clear_snapshot()");
  const { rowCount } = await client.query(
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event <> 'advisory'",
  );
  return rowCount;
}

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
