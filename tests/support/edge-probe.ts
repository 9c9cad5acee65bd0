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

/** Gives what a file of the kernel says, anew each time. */
function openKernelFile(path: string) {
  const file = openSync(path, "r");
  const text = Buffer.alloc(4_096);
  return () => text.toString("latin1", 0, readSync(file, text, 0, text.length, 0));
}

const JIFFY_MS = 10;

/** What counts against the time that passes: waiting for a core is other programs' time, and a core may be another machine's. All in milliseconds. */
function openClock() {
  const schedule = openKernelFile(`/proc/self/task/${process.pid}/schedstat`);
  const processors = openKernelFile("/proc/stat");
  // Of each processor: user, nice, system, idle, iowait, irq, softirq, stolen.
  const stolenMs = () =>
    [...processors().matchAll(/^cpu\d+(?: \d+){7} (\d+)/gm)].map(([, jiffies]) => Number(jiffies) * JIFFY_MS);
  return () => {
    const { user, system } = process.threadCpuUsage();
    const { majorPageFault: faults } = process.resourceUsage();
    const waitedMs = Number(schedule().split(" ")[1]) / 1e6;
    return { atMs: performance.now(), waitedMs, stolenMs: stolenMs(), workedMs: (user + system) / 1_000, faults };
  };
}

/** What another machine took of the one processor that we ran on, at most. */
const stolenBetween = (before: readonly number[], now: readonly number[]) =>
  Math.max(0, ...now.map((ms, at) => ms - (before[at] ?? ms)));

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
    const othersMs = now.waitedMs - before.waitedMs + stolenBetween(before.stolenMs, now.stolenMs);
    const runnableMs = lateMs - othersMs;
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
