import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";

const SERVER = fileURLToPath(new URL("./postgres-server.ts", import.meta.url));
const TEMPLATE = "switchyard";
const CLOSING_MS = 2_000;

/** One PostgreSQL for the run, migrated once; a process of its own holds it and stops it when we are gone, however that was. */
export default async function startTestDatabase(): Promise<() => Promise<void>> {
  if (process.env.TEST_DATABASE_URL) return async () => undefined;
  const holder = spawn(process.execPath, [SERVER], { stdio: ["pipe", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: holder.stdout }).once("line", resolve);
    holder.once("exit", (code) => reject(new Error(`the test database did not start (exit code ${code})`)));
  });
  // Test workers are forked after this and inherit it.
  process.env.TEST_DATABASE_URL = url;
  return () =>
    new Promise((resolve) => {
      holder.once("exit", () => resolve());
      holder.stdin.end();
    });
}

export type TestDatabase = { readonly databaseUrl: string; readonly drop: () => Promise<void> };

/** Gives a fresh, migrated database of its own, cloned from the template. */
export const createTestDatabase = (): Promise<TestDatabase> => cloneDatabase(TEMPLATE);

/** Gives a fresh database that nothing has been done to. */
export const createEmptyDatabase = (): Promise<TestDatabase> => cloneDatabase("template0");

async function cloneDatabase(template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  return { databaseUrl: urlOf(name), drop: () => dropDatabase(name) };
}

/** Connections that are just closing are let go first: cut off by force, they would report an error nobody waits for. */
async function dropDatabase(name: string): Promise<void> {
  const inUse = `SELECT FROM pg_stat_activity WHERE datname = '${name}'`;
  const untilMs = performance.now() + CLOSING_MS;
  while (performance.now() < untilMs && (await onServer(inUse)) > 0) await sleep(20);
  await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

function urlOf(database: string): string {
  const url = new URL(process.env.TEST_DATABASE_URL ?? "");
  url.pathname = `/${database}`;
  return url.toString();
}

async function onServer(sql: string): Promise<number> {
  const client = new pg.Client({ connectionString: urlOf("postgres") });
  await client.connect();
  try {
    return (await client.query(sql)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}
