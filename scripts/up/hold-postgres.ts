import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { adoptPostgres, type Server, startPostgres } from "../postgres/embedded.ts";
import { findFreePort } from "./free-port.ts";

const RETRY_MS = 500;
const EARLIER_SERVER_MS = 15_000;

type Held = {
  readonly folder: string;
  readonly preferredPort: number | undefined;
  /** Where an earlier keeper of this run had it: the roles know no other. */
  readonly port: number | undefined;
  readonly password: string;
  /** Says that the server may stop. */
  readonly release: AbortSignal;
  readonly onReady: (server: Server) => void;
  readonly onDeath: (reason: string) => void;
};

/**
 * Starts PostgreSQL or takes over the one that runs on the folder, and starts it again whenever it ends, until it is
 * released. Returns it still running. Throws when it cannot be started the first time.
 */
export async function holdPostgres(held: Held): Promise<Server> {
  const { folder, password, release } = held;
  const pidFile = join(folder, "postgres", "data", "postmaster.pid");
  const start = (port: number) => startPostgres({ dataDir: folder, port, password });
  const first = async () =>
    (await adoptPostgres({ dataDir: folder, password })) ??
    start(held.port ?? (await findFreePort(held.preferredPort)));

  let server = await insist(first, { pidFile, release, forMs: EARLIER_SERVER_MS });
  while (!release.aborted) {
    held.onReady(server);
    const reason = await endOf(server, pidFile, release);
    if (release.aborted) break;
    held.onDeath(reason);
    // The roles know the port, so the server comes back on the same one.
    const { port } = server;
    server = await insist(() => start(port), { pidFile, release, forMs: Number.POSITIVE_INFINITY });
  }
  return server;
}

type Patience = { readonly pidFile: string; readonly release: AbortSignal; readonly forMs: number };

/** A server that was killed, or one that an earlier keeper was stopping, holds its folder a little longer. */
async function insist(start: () => Promise<Server>, { pidFile, release, forMs }: Patience) {
  const untilMs = performance.now() + forMs;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (release.aborted || performance.now() > untilMs || !existsSync(pidFile)) throw error;
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      await sleep(RETRY_MS, undefined, { signal: release }).catch(() => undefined);
    }
  }
}

/** Why the server ended, or nothing of interest once it is released. */
async function endOf(server: Server, pidFile: string, release: AbortSignal) {
  const watch = setInterval(() => finishSlowStop(server.pid, pidFile), RETRY_MS);
  const released = new Promise<string>((resolve) => {
    release.addEventListener("abort", () => resolve("released"), { once: true });
  });
  try {
    return await Promise.race([server.exited, released]);
  } finally {
    clearInterval(watch);
  }
}

/**
 * SIGTERM from elsewhere makes PostgreSQL refuse connections and wait for the last one to leave, which pools never do.
 * SIGINT makes it end them, so that it can be started again.
 */
function finishSlowStop(pid: number, pidFile: string) {
  const status = existsSync(pidFile) ? readFileSync(pidFile, "utf8").split("\n")[7]?.trim() : undefined;
  if (status === "stopping") process.kill(pid, "SIGINT");
}
