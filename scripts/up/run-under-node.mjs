import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ROOT } from "./node-runtime.mjs";

const SUPERVISOR = fileURLToPath(new URL("main.mjs", import.meta.url));
/** What the supervisor exits with when it failed by its own fault, not by a condition it has explained. */
export const CRASHED = 70;
const RESTART_FIRST_MS = 200;
const LIVED_MS = 30_000;
const CRASHES_MAX = 5;

/**
 * Runs the supervisor under a new Node and starts another when it is killed: the processes it leaves drain and end
 * by themselves, and the next supervisor waits for them. Returns the exit code.
 * @param {{ node: string, options: import("./flags.mjs").UpOptions, stop: import("./stop-signals.mjs").Stop, say: import("./progress.mjs").Say }} how
 */
export async function keepSupervisor({ node, options, stop, say }) {
  let crashes = 0;
  let sinceEpochMs = performance.timeOrigin;
  for (;;) {
    const sinceMs = performance.now();
    const end = await runUnderNode({ node, args: [SUPERVISOR, JSON.stringify({ ...options, sinceEpochMs })], stop });
    const hasCrashed = end.signal !== null || end.code === CRASHED;
    if (!hasCrashed || stop.signal.aborted) return end.code ?? 1;
    crashes = performance.now() - sinceMs > LIVED_MS ? 1 : crashes + 1;
    if (crashes === CRASHES_MAX) return 1;
    sinceEpochMs = Date.now();
    say.line(`  The supervisor ended (${end.signal ?? `code ${end.code}`}); starting it again.`);
    await sleep(RESTART_FIRST_MS * 2 ** crashes, undefined, { signal: stop.signal }).catch(() => undefined);
  }
}

/**
 * Runs one process in a group of its own, so that Ctrl-C reaches it once, through us. Requests to stop are passed on.
 * @param {{ node: string, args: string[], stop: import("./stop-signals.mjs").Stop, environment?: Record<string, string> }} how
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
export function runUnderNode({ node, args, stop, environment = {} }) {
  const child = spawn(node, args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
    env: { ...process.env, ...environment, SWITCHYARD_PARENT_PID: String(process.pid) },
  });
  const pass = () => void child.kill("SIGTERM");
  stop.signal.addEventListener("abort", pass);
  stop.hurry.addEventListener("abort", pass);
  if (stop.signal.aborted) pass();
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      stop.signal.removeEventListener("abort", pass);
      stop.hurry.removeEventListener("abort", pass);
      resolve({ code, signal });
    });
  });
}
