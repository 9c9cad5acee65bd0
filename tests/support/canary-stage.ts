import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDb } from "#lib/platform/db";
import { seed } from "#prisma/seed";
import { migrateDatabase } from "#scripts/migrate/migrate-database";
import { startPostgres } from "#scripts/postgres/embedded";
import { findFreePort, THROWAWAY_SETTINGS } from "#scripts/postgres/scratch";
import { type Canaries, type Find, findsIn, formsOf, mark } from "./canary.ts";
import { adminOf, asker } from "./canary-heard.ts";
import { databasePlaces, filePlaces, type Place } from "./canary-places.ts";
import { startTalking, type TalkingProcess } from "./canary-process.ts";
import { startEchoingUpstream } from "./canary-upstream.ts";

export type CanaryStage = Awaited<ReturnType<typeof openCanaryStage>>;

type Mark = (name: string, text?: string) => string;

/** A whole installation whose every secret is marked, and everything that it writes or says. */
export async function openCanaryStage() {
  const canaries: Canaries = new Map();
  const marked: Mark = (name, text = mark()) => {
    canaries.set(name, text);
    return text;
  };
  const folder = mkdtempSync(join(tmpdir(), "switchyard-canary-"));
  chmodSync(folder, 0o755);
  const { environment, keys, orgId, ...database } = await openDatabase(folder, marked);
  const db = openDb(database.databaseUrl, 4);
  const upstream = await startEchoingUpstream(marked("reply text"));
  const processes: TalkingProcess[] = [];
  const heard: Place[] = [];
  return {
    canaries,
    marked,
    db,
    ...database,
    environment,
    keys,
    orgId,
    upstream,
    start(entry: string, given: Readonly<Record<string, string>> = {}): TalkingProcess {
      const started = startTalking(entry, { ...environment, ...given });
      processes.push(started);
      return started;
    },
    gatewayUrl: `http://127.0.0.1:${environment.PORT}`,
    workerUrl: `http://127.0.0.1:${environment.WORKER_PORT}`,
    ask: asker(heard),
    admin: adminOf({ url: `http://127.0.0.1:${environment.WORKER_PORT}`, key: keys.admin, heard }),
    heard,
    /** Everything written down anywhere, but for the mails that a developer is to read and the database's own files. */
    async places(): Promise<readonly Place[]> {
      const said = processes.map(({ said: text }, index) => ({ name: `output of process ${index}`, written: text() }));
      const files = [...filePlaces(join(folder, "data"), ["outbox"]), ...database.logPlaces()];
      return [...said, ...heard, ...files, ...(await databasePlaces(database.databaseUrl))];
    },
    async close() {
      await Promise.all(processes.map((one) => one.end("SIGKILL")));
      await db.$disconnect();
      await upstream.close();
      await database.stopDatabase();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL, migrated and seeded, and what the programs in front of it are started with. */
async function openDatabase(folder: string, marked: Mark) {
  const options = {
    dataDir: join(folder, "database"),
    port: await findFreePort(),
    password: marked("database password"),
    settings: THROWAWAY_SETTINGS,
  };
  let server = await startPostgres(options);
  const { databaseUrl } = server;
  await migrateDatabase(databaseUrl);
  const secrets = {
    KEY_PEPPER: marked("KEY_PEPPER"),
    AUTH_SECRET: marked("AUTH_SECRET"),
    SECRETS_KEY: marked("SECRETS_KEY", randomBytes(32).toString("base64")),
    METRICS_TOKEN: marked("METRICS_TOKEN"),
  };
  const { KEY_PEPPER: keyPepper, SECRETS_KEY: secretsKey } = secrets;
  const seeded = await seed({ databaseUrl, keyPepper, secretsKey, password: marked("operator's password") });
  for (const [kind, key] of Object.entries(seeded.keys)) marked(`${kind} key`, key);
  const environment: Readonly<Record<string, string>> & { readonly DATA_DIR: string } = {
    PATH: process.env.PATH ?? "",
    ...secrets,
    DATABASE_URL: databaseUrl,
    PUBLIC_URL: "https://switchyard.example",
    PORT: String(await findFreePort()),
    WORKER_PORT: String(await findFreePort()),
    DATA_DIR: join(folder, "data"),
    DRAIN_MS: "1000",
    REDIS_URL: `redis://:${marked("Redis password")}@127.0.0.1:1`,
    CANARY_CREDENTIAL: marked("credential of the environment"),
  };
  return {
    databaseUrl,
    environment,
    keys: seeded.keys,
    orgId: seeded.orgId,
    stopDatabase: () => server.stop(),
    startDatabase: async () => {
      server = await startPostgres(options);
    },
    logPlaces: () => filePlaces(options.dataDir, ["data"]).filter(({ name }) => name.endsWith("server.log")),
  };
}

/** Gives where any of the secrets stands. */
export function sweep(places: readonly Place[], canaries: Canaries): Find[] {
  const forms = formsOf(canaries);
  return places.flatMap(({ name, written }) => findsIn(name, written, forms));
}
