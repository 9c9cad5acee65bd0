import { once } from "node:events";
import type { Server } from "node:net";
import { SettingsError } from "#lib/platform/config";

/** Starts a role. What its operator can change is told in one message, a fault of ours with its stack; both end it with 1. */
export async function startRole(start: () => unknown): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`${explained(error)}\n`);
    process.exit(1);
  }
}

function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  if (error instanceof SettingsError || code.startsWith("ERR_PARSE_ARGS")) return error.message;
  if (NO_DATABASE.test(code)) return `The database of DATABASE_URL cannot be used: ${error.message}`;
  return error.stack ?? error.message;
}

// Of the system where nobody is there, and SQLSTATEs where one says no: authorisation, no such database, not there yet.
const NO_DATABASE = /^(ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|28...|3D000|57P0.)$/;

type Place = { readonly port: number; readonly host: string; readonly setting: string };

/** Resolves when the server listens. Throws a SettingsError that says which setting to change where it cannot. */
export async function listen(server: Server, { port, host, setting }: Place): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const reason = REASONS[code] ?? "nothing can listen there";
    throw new SettingsError(`Port ${port} on ${host}: ${reason} (${code}). Choose another with --port or ${setting}.`);
  }
}

const REASONS: Partial<Record<string, string>> = {
  EADDRINUSE: "something else listens there already",
  EACCES: "this user may not listen there",
  EADDRNOTAVAIL: "this machine has no such address (HOST)",
};
