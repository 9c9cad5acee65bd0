import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { adoptPostgres } from "../postgres/embedded.ts";
import { holdPostgres } from "./hold-postgres.ts";
import { type KeeperReport, Told } from "./keeper-messages.ts";
import { reachableFolder } from "./reachable-folder.ts";
import { isAlive, markOf, type ProcessMark } from "./run-lock.ts";
import { readSettings } from "./settings.ts";

// Holds PostgreSQL for `up`. Its life hangs on its stdin alone: signals meant for the group or for everything on the
// machine must not stop the database before the roles. When stdin closes, in whatever way the supervisor ended, it
// waits for the roles, stops the server in order and ends.
const POLL_MS = 200;
const AFTER_DRAIN_MS = 10_000;

const Order = z.object({
  dataDir: z.string(),
  preferredPort: z.number().optional(),
  port: z.number().optional(),
  fallback: z.string(),
  drainMs: z.number(),
});

const order = Order.parse(JSON.parse(process.argv[2] ?? "{}"));
const release = new AbortController();
let roles: readonly ProcessMark[] = [];

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => undefined);
process.stdout.on("error", () => undefined);
createInterface({ input: process.stdin })
  .on("line", (line) => {
    roles = Told.parse(JSON.parse(line)).roles.flatMap((pid) => markOf(pid) ?? []);
  })
  .on("close", () => release.abort());

const folder = reachableFolder(order.dataDir, order.fallback);
const password = readSettings(order.dataDir).POSTGRES_PASSWORD ?? "";
try {
  const server = await holdPostgres({
    folder,
    preferredPort: order.preferredPort,
    port: order.port,
    password,
    release: release.signal,
    onReady: ({ pid, port, databaseUrl }) => report({ state: "ready", pid, port, databaseUrl, folder }),
    onDeath: (reason) => report({ state: "died", reason }),
  });
  await rolesGone();
  await server.stop();
} catch (error) {
  report({ state: "failed", message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  // One that runs but cannot be used, for want of its password for instance, is not left behind.
  const left = await adoptPostgres({ dataDir: folder, password });
  await left?.stop();
}

async function rolesGone() {
  const untilMs = performance.now() + order.drainMs + AFTER_DRAIN_MS;
  while (performance.now() < untilMs && roles.some(isAlive)) await sleep(POLL_MS);
}

function report(message: KeeperReport) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
