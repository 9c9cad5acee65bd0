import type { ChildProcess } from "node:child_process";
import { afterDeath, type Backoff, NO_DEATHS } from "#lib/base/backoff";
import { type LoggedCommand, spawnLogged } from "./spawn-logged.ts";

export type ProcessSpec = Omit<LoggedCommand, "command"> & {
  readonly name: string;
  /** Asked at each start: what a process must be told may have changed since the last. */
  readonly command: () => readonly string[];
  /** Talks to the process over its stdin and stdout; without it the process has neither from us. */
  readonly connect?: (child: ChildProcess) => void;
};

export type Death = { readonly reason: string; readonly deaths: number; readonly restartInMs: number };

export type Kept = {
  readonly name: string;
  readonly logFile: string;
  readonly pid: () => number | null;
  /** Asks the process to end, kills it after the grace or on `hurry`, and resolves when it is gone. */
  readonly stop: (graceMs: number, hurry: AbortSignal) => Promise<void>;
};

export type Watchers = { readonly onPid: () => void; readonly onDeath: (death: Death) => void };

/**
 * Starts a process and starts it again whenever it ends, later each time.
 */
export function keepAlive(spec: ProcessSpec, watchers: Watchers): Kept {
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let backoff: Backoff = NO_DEATHS;
  let isStopping = false;

  const start = () => {
    const sinceMs = performance.now();
    const started = spawnLogged({ ...spec, command: spec.command() }, spec.connect !== undefined);
    const onEnd = (reason: string) => {
      if (child !== started) return;
      child = undefined;
      endGroup(started);
      if (isStopping) return;
      backoff = afterDeath(backoff, performance.now() - sinceMs);
      restart = setTimeout(start, backoff.delayMs);
      watchers.onDeath({ reason, deaths: backoff.deaths, restartInMs: backoff.delayMs });
    };
    child = started;
    started.once("error", (error) => onEnd(error.message));
    started.once("exit", (code, signal) => onEnd(signal ?? `code ${code}`));
    spec.connect?.(started);
    watchers.onPid();
  };
  start();

  return {
    name: spec.name,
    logFile: spec.logFile,
    pid: () => child?.pid ?? null,
    stop: async (graceMs, hurry) => {
      isStopping = true;
      clearTimeout(restart);
      if (child !== undefined) await end(child, graceMs, hurry);
    },
  };
}

/** What the process had started itself must not outlive it. */
function endGroup(child: ChildProcess) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
  } catch {
    // The group is empty.
  }
}

/** A process with a stdin of ours ends when that closes; the others on SIGTERM. */
function end(child: ChildProcess, graceMs: number, hurry: AbortSignal) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  const kill = () => void child.kill("SIGKILL");
  const late = setTimeout(kill, graceMs);
  return new Promise<void>((resolve) => {
    child.once("exit", () => {
      clearTimeout(late);
      hurry.removeEventListener("abort", kill);
      resolve();
    });
    if (child.stdin) child.stdin.end();
    else child.kill("SIGTERM");
    if (hurry.aborted && !child.stdin) kill();
    else if (!child.stdin) hurry.addEventListener("abort", kill, { once: true });
  });
}
