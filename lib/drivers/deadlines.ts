import { createRoster } from "#lib/base/roster";
import type { UpstreamFault } from "#lib/gateway/ports";
import { createSweeper } from "#lib/platform/sweeper";

type Kind = Extract<UpstreamFault["kind"], `${string}-timeout`>;

export type Watch = {
  /** Sets what is waited for now and for how long; replaces what was waited for before. */
  readonly expect: (kind: Kind, ms: number) => void;
  readonly stop: () => void;
};

export type Deadlines = {
  readonly start: (totalMs: number, onLate: (kind: Kind) => void) => Watch;
  readonly close: () => void;
};

type Entry = {
  kind: Kind;
  /** How long is waited, until the next sweep has dated it. */
  waitMs: number | undefined;
  dueMs: number;
  readonly totalDueMs: number;
  readonly onLate: (kind: Kind) => void;
};

/** One sweep over all calls instead of a timer per call and chunk; what was set since the last is dated by it, and no chunk reads a clock. */
const SWEEP_MS = 50;

/** Watches the deadlines of many calls with one timer; a deadline is noticed at most two sweeps (100 ms) late, never early. */
export function createDeadlines(): Deadlines {
  const entries = createRoster<Entry>();
  const sweeper = createSweeper(SWEEP_MS, () => {
    const nowMs = performance.now();
    entries.visit((entry) => {
      if (entry.waitMs !== undefined) {
        entry.dueMs = nowMs + entry.waitMs;
        entry.waitMs = undefined;
      }
      if (nowMs < entry.dueMs && nowMs < entry.totalDueMs) return;
      entry.onLate(nowMs >= entry.totalDueMs ? "total-timeout" : entry.kind);
    });
    return entries.size() > 0;
  });
  return {
    start(totalMs, onLate) {
      const entry: Entry = {
        kind: "connect-timeout",
        waitMs: undefined,
        dueMs: Number.POSITIVE_INFINITY,
        totalDueMs: performance.now() + totalMs,
        onLate,
      };
      const seat = entries.join(entry);
      sweeper.wake();
      return {
        expect(kind, ms) {
          entry.kind = kind;
          entry.waitMs = ms;
        },
        stop: () => entries.leave(seat),
      };
    },
    close: sweeper.close,
  };
}
