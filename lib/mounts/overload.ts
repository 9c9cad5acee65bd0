import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import { BOUNDS } from "#lib/gateway/bounds";
import { createSweeper } from "#lib/platform/sweeper";

/** 0: fine. 1: strained, keep-alive stops, so that a balancer can move callers on. 2: overloaded, new calls are shed. */
export type OverloadLevel = 0 | 1 | 2;

export type Sample = {
  /** How late the event loop was at worst since the last sample. */
  readonly delayMs: number;
  /** Heap or resident memory against its limit, whichever is nearer. */
  readonly memoryRatio: number;
};

export type Ladder = {
  readonly level: OverloadLevel;
  /** The delays of the last samples, newest first. */
  readonly delaysMs: readonly number[];
  /** Samples in a row that would have been calm enough for a lower level. */
  readonly calm: number;
};

export const ON_THE_GROUND: Ladder = { level: 0, delaysMs: [], calm: 0 };

const DELAYS_KEPT = 4;
/** A level is left below this part of what it takes to reach it, */
const CALM_SHARE = 0.8;
/** and after two seconds of that. */
const CALM_SAMPLES = 8;

/**
 * Where the process stands after one more sample. Up at once, down one step at a time. Memory counts as it is; a delay
 * counts when two of the last four samples show it, for one alone may be a single large request or a collection.
 */
export function climb(ladder: Ladder, sample: Sample): Ladder {
  const delaysMs = [sample.delayMs, ...ladder.delaysMs].slice(0, DELAYS_KEPT);
  const [, lastingMs = 0] = delaysMs.toSorted((one, other) => other - one);
  const reached = levelOf(lastingMs, sample.memoryRatio);
  if (reached > ladder.level) return { level: reached, delaysMs, calm: 0 };
  const isCalm = levelOf(sample.delayMs / CALM_SHARE, sample.memoryRatio / CALM_SHARE) < ladder.level;
  const calm = isCalm ? ladder.calm + 1 : 0;
  if (calm < CALM_SAMPLES) return { level: ladder.level, delaysMs, calm };
  return { level: ladder.level === 2 ? 1 : 0, delaysMs, calm: 0 };
}

function levelOf(delayMs: number, memoryRatio: number): OverloadLevel {
  if (delayMs > BOUNDS.delayOverloadedMs || memoryRatio > BOUNDS.memoryOverloadedRatio) return 2;
  return delayMs > BOUNDS.delayStrainedMs || memoryRatio > BOUNDS.memoryStrainedRatio ? 1 : 0;
}

export type Overload = {
  /** Says that a call has come. */
  readonly noteCall: () => void;
  readonly level: () => OverloadLevel;
  /** For how long calls have been shed without a break, milliseconds; 0 while none are. */
  readonly sheddingMs: () => number;
  /** The longest delay of the event loop since the last asking, milliseconds. */
  readonly takeDelayMaxMs: () => number;
  readonly memoryRatio: () => number;
  readonly close: () => void;
};

const SAMPLE_MS = 250;
/** How often the delay is looked at while calls come, */
const TICK_MS = 20;
/** and how many times after the last, half a second. Then each sample looks: an idle process is not woken for more. */
const CLOSE_LOOKS = 25;

/** Watches this process. */
export function watchOverload(readMemory: () => number = memoryRatio): Overload {
  let ladder = ON_THE_GROUND;
  let memory = 0;
  let sheddingSinceMs: number | undefined;
  const delay = watchDelay();
  const sampling = setInterval(() => {
    memory = readMemory();
    ladder = climb(ladder, { delayMs: delay.takeSampleMs(), memoryRatio: memory });
    sheddingSinceMs = ladder.level === 2 ? (sheddingSinceMs ?? performance.now()) : undefined;
  }, SAMPLE_MS);
  sampling.unref();
  return {
    noteCall: delay.lookClosely,
    level: () => ladder.level,
    sheddingMs: () => (sheddingSinceMs === undefined ? 0 : performance.now() - sheddingSinceMs),
    takeDelayMaxMs: delay.takeMaxMs,
    memoryRatio: () => memory,
    close() {
      clearInterval(sampling);
      delay.close();
    },
  };
}

/**
 * How late a timer fires. Not `monitorEventLoopDelay`: resetting it forgets the block that is just ending, and that is
 * the moment at which we read it.
 */
function watchDelay() {
  let lookedMs = performance.now();
  let gapMs = SAMPLE_MS;
  let sampleMs = 0;
  let maxMs = 0;
  let looksLeft = 0;
  const look = () => {
    const nowMs = performance.now();
    const lateMs = Math.max(0, nowMs - lookedMs - gapMs);
    lookedMs = nowMs;
    sampleMs = Math.max(sampleMs, lateMs);
    maxMs = Math.max(maxMs, lateMs);
  };
  const ticking = createSweeper(TICK_MS, () => {
    look();
    looksLeft--;
    if (looksLeft === 0) gapMs = SAMPLE_MS;
    return looksLeft > 0;
  });
  return {
    /** Looks often for a while: between two looks a block is not seen whole. */
    lookClosely() {
      if (looksLeft === 0) {
        look();
        gapMs = TICK_MS;
        ticking.wake();
      }
      looksLeft = CLOSE_LOOKS;
    },
    takeSampleMs() {
      look();
      const taken = sampleMs;
      sampleMs = 0;
      return taken;
    },
    takeMaxMs() {
      look();
      const taken = maxMs;
      maxMs = 0;
      return taken;
    },
    close: ticking.close,
  };
}

function memoryRatio(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  const available = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
  return Math.max(used / limit, process.memoryUsage.rss() / available);
}
