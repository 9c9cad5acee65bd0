import { readFileSync, readlinkSync, realpathSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 50;
const STOP_MS = 20_000;

/** Stops a server: sessions are ended and everything is written; SIGQUIT is the last resort but one, recovery follows it. */
export async function stopServer(pid: number): Promise<void> {
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    if (!isAlive(pid)) return;
    process.kill(pid, signal);
    const untilMs = performance.now() + STOP_MS;
    while (isAlive(pid) && performance.now() < untilMs) await sleep(POLL_MS);
  }
}

/** Gives the server that runs on a data folder, by its own pid file. */
export function runningServer(data: string): { readonly pid: number; readonly port: number } | undefined {
  try {
    const lines = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    return pid > 0 && port > 0 && isServerOf(data, pid) ? { pid, port } : undefined;
  } catch {
    return undefined;
  }
}

/** Resolves when a process that is not our child has ended. */
export async function gone(pid: number): Promise<string> {
  while (isAlive(pid)) await sleep(POLL_MS * 4);
  return "gone";
}

export const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true)).once("error", () => done(false));
    socket.setTimeout(1_000, () => done(false));
  });

/** A pid file left behind may name a process that has nothing to do with us by now. A server works inside its data folder. */
function isServerOf(data: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  return process.platform !== "linux" || readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
}

/** A zombie holds its pid but runs no more. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  if (process.platform !== "linux") return true;
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
