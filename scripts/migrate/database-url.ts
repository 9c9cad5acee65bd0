import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RUNTIME_FILE, readSetting } from "#lib/platform/config";

/** Gives the database to work on: DATABASE_URL, else the one of a data directory that `up` has made. Throws an Error that says how to name one. */
export function databaseUrlOf(dataDir: string | undefined): string {
  const given = readSetting("DATABASE_URL") ?? (dataDir === undefined ? undefined : runtimeUrl(dataDir));
  if (given) return given;
  throw new Error("No database: set DATABASE_URL, or give --data-dir of an `npm run up` that has run.");
}

function runtimeUrl(dataDir: string): string | undefined {
  try {
    const settings: unknown = JSON.parse(readFileSync(join(dataDir, RUNTIME_FILE), "utf8"));
    return typeof settings === "object" && settings !== null && "DATABASE_URL" in settings
      ? String(settings.DATABASE_URL)
      : undefined;
  } catch {
    return undefined;
  }
}
