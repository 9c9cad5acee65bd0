import { once } from "node:events";
import type { Server } from "node:net";
import { SettingsError } from "#lib/platform/config";

/** Starts a role. What its operator can change is told in one message, a fault of ours with its stack; both end it with 1. */
export async function startRole(start: () => unknown): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`${isForOperator(error) ? error.message : stackOf(error)}\n`);
    process.exit(1);
  }
}

const isForOperator = (error: unknown): error is Error =>
  error instanceof SettingsError ||
  (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));

const stackOf = (error: unknown) => (error instanceof Error ? error.stack : String(error));

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
