import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import { SchemaEngine } from "@prisma/schema-engine-wasm";
import pg from "pg";

export const MIGRATIONS = resolve(import.meta.dirname, "../../prisma/migrations");
const SCHEMA = resolve(import.meta.dirname, "../../prisma/schema");
export const SCHEMA_COPY = "schema.prisma";

const NO_FILTER = { externalTables: [], externalEnums: [] };

/**
 * Runs one task with Prisma's own schema engine, as WebAssembly: the native one cannot be had from a registry. It tells
 * where in itself a script failed and not why, so what PostgreSQL said is thrown in its place.
 */
async function withEngine<T>(databaseUrl: string, run: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const { factory, close, refusal } = wholeScripts(databaseUrl);
  const engine = await SchemaEngine.new(
    { datamodels: undefined },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(factory),
  );
  try {
    return await run(engine);
  } catch (error) {
    throw refusal() ?? error;
  } finally {
    engine.free();
    await close();
  }
}

/**
 * The adapter cuts a script at every semicolon, function bodies and comments included. Sent whole it is read rightly.
 * Closing gives up the engine's advisory lock.
 */
function wholeScripts(databaseUrl: string) {
  let refused: unknown;
  const factory = new PrismaPg({ connectionString: databaseUrl });
  const connect = factory.connect.bind(factory);
  const connections: { dispose: () => Promise<void> }[] = [];
  factory.connect = async () => {
    const connection = await connect();
    connection.executeScript = (script) =>
      runScript(script, databaseUrl).catch((error: unknown) => {
        refused = error;
        throw error;
      });
    connections.push(connection);
    return connection;
  };
  const close = () => Promise.all(connections.map((connection) => connection.dispose()));
  return { factory, close, refusal: () => refused };
}

/**
 * Runs a script and notes that it is finished in one transaction, so that a process that dies leaves either both or
 * neither behind. The note it goes by is held meanwhile: who takes it back waits for a script that outlives its process.
 */
async function runScript(script: string, databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("BEGIN");
    // Who waits for a table keeps everybody behind it waiting: the next run does it again.
    await client.query("SET LOCAL lock_timeout = '10s'");
    const isRecorded = await hasRecord(client);
    if (isRecorded) await client.query(`SELECT FROM _prisma_migrations WHERE ${UNFINISHED} FOR UPDATE`);
    await client.query(script);
    if (isRecorded) await client.query(`UPDATE _prisma_migrations SET finished_at = now() WHERE ${UNFINISHED}`);
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
}

const UNFINISHED = "finished_at IS NULL AND rolled_back_at IS NULL";

/** The engine makes its record with a script of its own, before the first migration. */
async function hasRecord(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS is_there");
  return rows[0].is_there;
}

/** Takes back the notes that a migration has begun whose process died or failed before its end: it left nothing else. */
export async function forgetUnfinished(client: pg.Client): Promise<void> {
  if (!(await hasRecord(client))) return;
  await client.query(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE ${UNFINISHED}`);
}

/** Applies the migrations that are not yet; gives their names. */
export async function applyMigrations(databaseUrl: string): Promise<string[]> {
  const migrationDirectories = migrationNames().map((name) => ({
    path: name,
    migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value: sqlOf(name) } },
  }));
  const lockfile = { path: "./migration_lock.toml", content: 'provider = "postgresql"\n' };
  const migrationsList = { baseDir: MIGRATIONS, lockfile, shadowDbInitScript: "", migrationDirectories };
  const applied = await withEngine(databaseUrl, (engine) =>
    engine.applyMigrations({ migrationsList, filters: NO_FILTER }),
  );
  return applied.appliedMigrationNames;
}

type Change = { readonly from: string | undefined; readonly to: string };

/** Gives the SQL that leads from one schema to another, both as text. The engine asks the database for its version only. */
export async function diffSchemas({ from, to }: Change, databaseUrl: string): Promise<string> {
  const model = (content: string) => ({ tag: "schemaDatamodel" as const, files: [{ path: "schema.prisma", content }] });
  const params = {
    from: from === undefined ? { tag: "empty" as const } : model(from),
    to: model(to),
    script: true,
    exitCode: null,
    filters: NO_FILTER,
  };
  const result = await withEngine(databaseUrl, (engine) => engine.diff(params));
  return result.stdout ?? "";
}

/** The schema as one text: what is kept beside each migration. */
export const currentSchema = (): string =>
  readdirSync(SCHEMA)
    .filter((name) => name.endsWith(".prisma"))
    .sort()
    .map((name) => readFileSync(join(SCHEMA, name), "utf8").trim())
    .join("\n\n")
    .concat("\n");

/** Names of the migration folders, oldest first. */
const migrationNames = (): string[] =>
  readdirSync(MIGRATIONS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

/** The schema as it was after the newest migration; nothing before the first. */
export function lastSchema(): string | undefined {
  const last = migrationNames().at(-1);
  return last === undefined ? undefined : readFileSync(join(MIGRATIONS, last, SCHEMA_COPY), "utf8");
}

const sqlOf = (name: string) => readFileSync(join(MIGRATIONS, name, "migration.sql"), "utf8");
