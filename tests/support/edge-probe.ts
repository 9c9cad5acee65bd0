import { openSync, readSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread } from "node:worker_threads";
import type { EdgeQuestion } from "./edge-reading.ts";

// Loaded into the gateway process of the edge tests: what only the process itself can tell of itself.

const TICK_MS = 10;

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** What counts against the time that passes: waiting for a core is other programs' time. All in milliseconds. */
function openClock() {
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
  const text = Buffer.alloc(100);
  const waitedMs = () => {
    const bytes = readSync(file, text, 0, text.length, 0);
    return Number(text.toString("latin1", 0, bytes).split(" ")[1]) / 1e6;
  };
  return () => {
    const { user, system } = process.threadCpuUsage();
    const { majorPageFault } = process.resourceUsage();
    return { atMs: performance.now(), waitedMs: waitedMs(), workedMs: (user + system) / 1_000, faults: majorPageFault };
  };
}

/** Gives the highest value since it was last asked. */
function openHighest() {
  let highest = 0;
  return {
    add: (value: number) => {
      highest = Math.max(highest, value);
    },
    take() {
      const taken = highest;
      highest = 0;
      return taken;
    },
  };
}

/** Tells the time that this process holds its event loop from the time that others take from it. */
function watchDelay() {
  const clock = openClock();
  const held = openHighest();
  const stalled = openHighest();
  let before = clock();
  const look = () => {
    const now = clock();
    const lateMs = now.atMs - before.atMs - TICK_MS;
    const runnableMs = lateMs - (now.waitedMs - before.waitedMs);
    // Where memory came back from the disk first, the machine was short of it: what is ours then is what was worked.
    const wasSwapped = now.faults > before.faults;
    const heldMs = wasSwapped ? Math.min(runnableMs, now.workedMs - before.workedMs) : runnableMs;
    held.add(heldMs);
    stalled.add(lateMs - heldMs);
  };
  const ticking = setInterval(() => {
    look();
    before = clock();
  }, TICK_MS);
  ticking.unref();
  const takeOf = (highest: ReturnType<typeof openHighest>) => () => {
    look();
    return highest.take();
  };
  return { delayMs: takeOf(held), stalledMs: takeOf(stalled) };
}

const FREEING_MS = 50;

/** What is in use once everything that is not has been collected. Buffers are freed after that, beside us. */
async function memoryBytes(): Promise<number> {
  for (let time = 0; time < 2; time++) {
    collect();
    await sleep(FREEING_MS);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function listen(path: string): void {
  const answers: Readonly<Record<EdgeQuestion, () => number | Promise<number>>> = { ...watchDelay(), memoryBytes };
  const isQuestion = (said: string): said is EdgeQuestion => Object.hasOwn(answers, said);
  const answer = async (said: string) => (isQuestion(said) ? String(await answers[said]()) : "");
  rmSync(path, { force: true });
  const server = createServer((asking) => {
    asking.on("error", () => asking.destroy());
    asking.once("data", (said) => answer(`${said}`).then((text) => asking.end(text)));
  });
  server.listen(path).unref();
}

if (isMainThread) listen(join(process.env.DATA_DIR ?? "", "edge-probe"));
