import { checkPortFree } from "./check-before-start.mjs";
import { ROOT } from "./node-runtime.mjs";
import { say, since } from "./progress.mjs";
import { awaitPreviousRun } from "./run-lock.ts";
import { CRASHED } from "./run-under-node.mjs";
import { listenForStop } from "./stop-signals.mjs";
import { supervise } from "./supervise.ts";

// The supervisor's process: Node 24, packages installed. Its parent is `up.mjs`, which has checked the flags.
/** A killed run drains, and PostgreSQL stops after it. */
const AFTER_DRAIN_MS = 20_000;

for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, crash);

const { sinceEpochMs, ...options } = JSON.parse(process.argv[2] ?? "{}");
const stop = listenForStop(Number(process.env.SWITCHYARD_PARENT_PID ?? process.ppid));
delete process.env.SWITCHYARD_PARENT_PID;
const drainMs = Number(process.env.DRAIN_MS || 30_000);
const around = {
  root: ROOT,
  environment: process.env,
  drainMs,
  say,
  sinceStart: () => since(sinceEpochMs),
  stop: stop.signal,
  hurry: stop.hurry,
};

try {
  await awaitPreviousRun(options.dataDir, { waitMs: drainMs + AFTER_DRAIN_MS, say, stop: stop.signal });
  await checkPortFree(options);
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n\n`);
  process.exit(1);
}
process.exitCode = await supervise(options, around).catch(crash);
stop.close();

/** @param {unknown} error */
function crash(error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(CRASHED);
}
