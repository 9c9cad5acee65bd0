import pg from "pg";
import { PgBoss } from "pg-boss";
import { applyMigrations, forgetUnfinished } from "./engine.ts";

/** One lock for everyone who migrates, so that two nodes starting at once do not meet half-way. */
const LOCK_KEY = 7_219_460_113;

/** Brings a database to the present schema, then the job queue's own tables. Safe to run twice, at once, and after one that died. Gives what was applied. */
export async function migrateDatabase(databaseUrl: string): Promise<readonly string[]> {
  const holder = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await holder.connect();
  try {
    await holder.query("SELECT pg_advisory_lock($1)", [LOCK_KEY]);
    await forgetUnfinished(holder);
    const applied = await applyMigrations(databaseUrl);
    await migrateQueue(databaseUrl);
    return applied;
  } finally {
    await holder.end();
  }
}

/** pg-boss changes its schema when it starts: that happens here, as owner, and the worker starts without the right to. */
async function migrateQueue(databaseUrl: string): Promise<void> {
  const queue = new PgBoss({ connectionString: databaseUrl, schema: "pgboss", supervise: false, schedule: false });
  await queue.start();
  await queue.stop({ graceful: false });
}
