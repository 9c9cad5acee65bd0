import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Seeded } from "./announce.ts";
import type { Crew } from "./crew.ts";
import { openDatabase } from "./open-database.ts";
import { watched } from "./roles.ts";
import { runStep } from "./run-step.ts";
import type { Settings } from "./settings.ts";
import type { Environment, Surroundings, UpOptions } from "./types.ts";

const HASH_CHARACTERS = 12;

type Preparation = {
  readonly options: UpOptions;
  readonly around: Surroundings;
  readonly settings: Settings;
  readonly crew: Crew;
};

/** Refuses a document that could not be applied before anything has been started for it. */
export async function checkConfiguration(options: UpOptions, around: Surroundings) {
  if (options.configFile === undefined) return;
  const what = `The configuration ${options.configFile} is not valid: checking it`;
  await runScript({ what, script: ["config.ts", "validate", options.configFile], log: "config" }, options, around);
}

/** Brings the database up, to the present schema, with its first rows and the configuration that was asked for. */
export async function prepareDatabase({ options, around, settings, crew }: Preparation) {
  const database = await openDatabase({ options, around, settings, crew });
  const { databaseUrl, isEmbedded } = database;
  const seedFile = isEmbedded ? "seed.json" : `seed-${shortHash(databaseUrl)}.json`;
  const environment = { ...database.settings, DATABASE_URL: databaseUrl, DATA_DIR: options.dataDir };
  const step = (what: string, log: string, script: readonly string[]) =>
    runScript({ what, script, log, environment }, options, around);
  const { say } = around;
  await say.timed("Database migrated", () => step("Migrating the database", "migrate", ["db-migrate.ts"]));
  const seed = ["seed.ts", options.dataDir, seedFile];
  await say.timed("Database seeded", () => step("Seeding the database", "seed", seed));
  if (options.configFile !== undefined) {
    const apply = ["config.ts", "apply", options.configFile];
    await say.timed("Configuration applied", () => step("Applying the configuration", "config", apply));
  }
  const seeded = Seeded.parse(JSON.parse(readFileSync(join(options.dataDir, seedFile), "utf8")));
  return { ...database, seeded };
}

type Script = {
  readonly what: string;
  readonly script: readonly string[];
  readonly log: string;
  readonly environment?: Environment;
};

function runScript({ what, script, log, environment }: Script, options: UpOptions, around: Surroundings) {
  const [file = "", ...args] = script;
  return runStep({
    what,
    command: watched(around.root, [join("scripts", file), ...args]),
    cwd: around.root,
    environment: { ...around.environment, ...environment, SWITCHYARD_PARENT_PID: String(process.pid) },
    logFile: join(options.dataDir, "logs", `${log}.log`),
    stop: around.stop,
  });
}

const shortHash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, HASH_CHARACTERS);
