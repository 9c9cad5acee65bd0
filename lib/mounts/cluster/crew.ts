import cluster, { type Worker } from "node:cluster";
import { afterDeath, type Backoff, NO_DEATHS } from "#lib/base/backoff";
import type { Log } from "#lib/platform/log";
import type { FromPrimary } from "./messages.ts";
import { returnLostConnection } from "./return-lost-connection.ts";

export type Member = {
  readonly worker: Worker;
  /** Which of the processes it is, from 1. */
  readonly number: number;
  isListening: boolean;
  /** It finishes what it has, and another serves in its place. */
  isLeaving: boolean;
};

export type Crew = {
  readonly members: () => readonly Member[];
  readonly deaths: () => number;
  /** Starts the successor of a member that takes no more connections. */
  readonly replace: (member: Member) => void;
  /** Lets all of them finish, kills what is left after the grace, and resolves when they are gone. */
  readonly stop: (graceMs: number) => Promise<void>;
};

type Options = {
  readonly size: number;
  readonly log: Log;
  readonly onMessage: (member: Member, message: unknown) => void;
  readonly onGone: (member: Member) => void;
  /** One died before any of them had listened: what is wrong is wrong for all. */
  readonly onFailure: (reason: string) => void;
};

/** Keeps so many gateway processes alive: one that dies is started again, later each time; one that leaves is replaced at once. */
export function createCrew({ size, log, onMessage, onGone, onFailure }: Options): Crew {
  const members = new Set<Member>();
  const backoffs = new Map<number, Backoff>();
  const restarts = new Map<number, NodeJS.Timeout>();
  const state = { hasListened: false, isStopping: false, deaths: 0 };

  const start = (number: number): void => {
    const sinceMs = performance.now();
    const worker = cluster.fork({ GATEWAY_PROCESS: String(number) });
    const member: Member = { worker, number, isListening: false, isLeaving: false };
    members.add(member);
    returnLostConnection(worker, () => [...members].some((other) => other !== member && takesMore(other)));
    const end = (reason: string) => {
      if (!members.delete(member)) return;
      onGone(member);
      if (!member.isLeaving && !state.isStopping) bury(member, reason, performance.now() - sinceMs);
    };
    worker.once("listening", () => {
      member.isListening = true;
      state.hasListened = true;
    });
    worker.on("message", (message: unknown) => onMessage(member, message));
    worker.once("exit", (code, signal) => end(signal ?? `code ${code}`));
    // What could not be sent to one that is dying. One that never was one has no exit.
    worker.on("error", (error) => {
      log.warn("gateway process not reached", { process: number, error });
      if (worker.process.pid === undefined) end(error.message);
    });
  };
  const bury = ({ number, worker }: Member, reason: string, livedMs: number): void => {
    state.deaths++;
    if (!state.hasListened) return onFailure(reason);
    const backoff = afterDeath(backoffs.get(number) ?? NO_DEATHS, livedMs);
    backoffs.set(number, backoff);
    restarts.set(
      number,
      setTimeout(() => start(number), backoff.delayMs),
    );
    const details = { process: number, pid: worker.process.pid, reason, restartInMs: backoff.delayMs };
    log.warn("gateway process ended: starting it again", details);
  };
  for (let number = 1; number <= size; number++) start(number);

  return {
    members: () => [...members],
    deaths: () => state.deaths,
    replace(member) {
      if (member.isLeaving) return;
      member.isLeaving = true;
      if (!state.isStopping) start(member.number);
    },
    async stop(graceMs) {
      state.isStopping = true;
      for (const restart of restarts.values()) clearTimeout(restart);
      await Promise.all([...members].map((member) => end(member, graceMs)));
    },
  };
}

const takesMore = ({ worker, isListening, isLeaving }: Member) => isListening && !isLeaving && worker.isConnected();

/** Says something to a process; one that is gone does not hear it. */
export const tell = ({ worker }: Member, message: FromPrimary): void =>
  void worker.process.send(message, undefined, undefined, () => undefined);

/** By message, not by signal: one sent to the group reaches them too, and a second signal means "at once". */
function end(member: Member, graceMs: number): Promise<void> {
  const { process } = member.worker;
  if (process.exitCode !== null || process.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const late = setTimeout(() => process.kill("SIGKILL"), graceMs);
    process.once("exit", () => {
      clearTimeout(late);
      resolve();
    });
    if (member.isListening) tell(member, { kind: "stop" });
    else process.kill("SIGTERM");
  });
}
