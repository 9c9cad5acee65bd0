import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RUNTIME_FILE } from "#lib/platform/config";
import { type Environment, StartError } from "./types.ts";
import { writeAtomically } from "./write-atomically.ts";

const SECRET_BYTES = 32;

/** Made once for a data directory; what the environment gives counts more. */
const GENERATED = {
  AUTH_SECRET: () => randomBytes(SECRET_BYTES).toString("base64url"),
  KEY_PEPPER: () => randomBytes(SECRET_BYTES).toString("base64url"),
  SECRETS_KEY: () => randomBytes(SECRET_BYTES).toString("base64"),
  METRICS_TOKEN: () => randomBytes(SECRET_BYTES).toString("base64url"),
  POSTGRES_PASSWORD: () => randomBytes(SECRET_BYTES).toString("base64url"),
} as const;

export type Settings = Readonly<Record<string, string>> & Readonly<Record<keyof typeof GENERATED, string>>;

/**
 * The settings of a data directory: those of the last start, secrets generated where none was, and the environment
 * over both. Written back, so that other commands on the directory find them.
 */
export function openSettings(dataDir: string, environment: Environment): Settings {
  mkdirSync(join(dataDir, "logs"), { recursive: true });
  const stored = readSettings(dataDir);
  const secretOf = (name: keyof typeof GENERATED) => environment[name] || stored[name] || GENERATED[name]();
  const settings = {
    ...stored,
    AUTH_SECRET: secretOf("AUTH_SECRET"),
    KEY_PEPPER: secretOf("KEY_PEPPER"),
    SECRETS_KEY: secretOf("SECRETS_KEY"),
    METRICS_TOKEN: secretOf("METRICS_TOKEN"),
    POSTGRES_PASSWORD: stored.POSTGRES_PASSWORD || GENERATED.POSTGRES_PASSWORD(),
  };
  saveSettings(dataDir, settings);
  return settings;
}

export function saveSettings(dataDir: string, settings: Settings) {
  writeAtomically(join(dataDir, RUNTIME_FILE), `${JSON.stringify(settings, null, 2)}\n`);
}

/** What the last start left; nothing before the first. Throws a StartError when the file is damaged. */
export function readSettings(dataDir: string): Record<string, string> {
  try {
    const read: unknown = JSON.parse(readFileSync(join(dataDir, RUNTIME_FILE), "utf8"));
    if (typeof read !== "object" || read === null) return {};
    return Object.fromEntries(
      Object.entries(read).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    const file = join(dataDir, RUNTIME_FILE);
    throw new StartError(`${file} cannot be read as JSON. It holds this folder's secrets: put a copy of it back, or
begin anew with another folder: npm run up -- --data-dir DIR`);
  }
}
