import { setTimeout as sleep } from "node:timers/promises";
import { askLocal } from "./ask-local.ts";
import { tailOf } from "./log-file.ts";
import { StartError } from "./types.ts";

const POLL_MS = 100;
const ANSWER_MS = 2_000;
const READY_MS = 60_000;
/** A role that dies this often before it has answered once will not come up by trying again. */
export const DEATHS_MAX = 3;

type Waiting = {
  readonly name: string;
  readonly url: string;
  readonly logFile: string;
  readonly deaths: () => number;
  readonly stop: AbortSignal;
};

/** Resolves when the role answers 200. Throws a StartError with its last lines when it keeps dying or says nothing. */
export async function waitUntilReady(waiting: Waiting) {
  const untilMs = performance.now() + READY_MS;
  while (!(await answers(waiting.url))) {
    waiting.stop.throwIfAborted();
    if (waiting.deaths() >= DEATHS_MAX) throw notReady(waiting, "ends as soon as it is started");
    if (performance.now() > untilMs) throw notReady(waiting, `does not answer on ${waiting.url}`);
    await sleep(POLL_MS);
  }
  waiting.stop.throwIfAborted();
}

async function answers(url: string) {
  try {
    return (await askLocal(url, { timeoutMs: ANSWER_MS })).status === 200;
  } catch {
    return false;
  }
}

const notReady = (waiting: Waiting, what: string) =>
  new StartError(`The ${waiting.name} ${what}:\n\n${tailOf(waiting.logFile)}\n\nAll of its output: ${waiting.logFile}`);
