import { createRoster } from "#lib/base/roster";
import type { UpstreamFault } from "#lib/gateway/ports";

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

type Entry = { kind: Kind; dueMs: number; readonly totalDueMs: number; readonly onLate: (kind: Kind) => void };

/** One sweep over all calls instead of a timer per call and chunk; its clock is read once for all of them. */
const SWEEP_MS = 50;

/** Watches the deadlines of many calls with one timer; a deadline is noticed at most two sweeps (100 ms) late, never early. */
export function createDeadlines(): Deadlines {
  const entries = createRoster<Entry>();
  let sweptMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    sweptMs = nowMs;
    entries.visit((entry) => {
      if (nowMs < entry.dueMs && nowMs < entry.totalDueMs) return;
      entry.onLate(nowMs >= entry.totalDueMs ? "total-timeout" : entry.kind);
    });
  }, SWEEP_MS);
  timer.unref();
  // The sweep may be as old as one can be: what is waited for begins at the next.
  const dueAfter = (ms: number) => sweptMs + SWEEP_MS + ms;
  return {
    start(totalMs, onLate) {
      const entry: Entry = {
        kind: "connect-timeout",
        dueMs: Number.POSITIVE_INFINITY,
        totalDueMs: dueAfter(totalMs),
        onLate,
      };
      const seat = entries.join(entry);
      return {
        expect(kind, ms) {
          entry.kind = kind;
          entry.dueMs = dueAfter(ms);
        },
        stop: () => entries.leave(seat),
      };
    },
    close: () => clearInterval(timer),
  };
}
