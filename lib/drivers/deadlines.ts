import { createRoster, type Roster, type Seat } from "#lib/base/roster";
import type { UpstreamFault } from "#lib/gateway/ports";
import { createSweeper } from "#lib/platform/sweeper";

export type LateKind = Extract<UpstreamFault["kind"], `${string}-timeout`>;

export type Watch = {
  /** Sets what is waited for now and for how long; replaces what was waited for before. */
  readonly expect: (kind: LateKind, ms: number) => void;
  readonly stop: () => void;
};

/** Who is told that something did not come in time; again with every sweep until the watch is stopped. */
export type Watched = { readonly onLate: (kind: LateKind) => void };

export type Deadlines = {
  readonly start: (totalMs: number, watched: Watched) => Watch;
  readonly close: () => void;
};

/** One sweep over all calls instead of a timer per call and chunk; what was set since the last is dated by it, and no chunk reads a clock. */
const SWEEP_MS = 50;

/** Watches the deadlines of many calls with one timer; a deadline is noticed at most two sweeps (100 ms) late, never early. */
export function createDeadlines(): Deadlines {
  const entries = createRoster<Entry>();
  const sweeper = createSweeper(SWEEP_MS, () => {
    const nowMs = performance.now();
    entries.visit((entry) => entry.look(nowMs));
    return entries.size() > 0;
  });
  return {
    start(totalMs, watched) {
      const entry = new Entry(entries, watched, performance.now() + totalMs);
      sweeper.wake();
      return entry;
    },
    close: sweeper.close,
  };
}

class Entry implements Watch {
  readonly #entries: Roster<Entry>;
  readonly #seat: Seat<Entry>;
  readonly #watched: Watched;
  readonly #totalDueMs: number;
  #kind: LateKind = "connect-timeout";
  /** How long is waited, until the next sweep has dated it. */
  #waitMs: number | undefined;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(entries: Roster<Entry>, watched: Watched, totalDueMs: number) {
    this.#entries = entries;
    this.#watched = watched;
    this.#totalDueMs = totalDueMs;
    this.#seat = entries.join(this);
  }

  expect(kind: LateKind, ms: number): void {
    this.#kind = kind;
    this.#waitMs = ms;
  }

  stop(): void {
    this.#entries.leave(this.#seat);
  }

  look(nowMs: number): void {
    if (this.#waitMs !== undefined) {
      this.#dueMs = nowMs + this.#waitMs;
      this.#waitMs = undefined;
    }
    if (nowMs >= this.#totalDueMs) this.#watched.onLate("total-timeout");
    else if (nowMs >= this.#dueMs) this.#watched.onLate(this.#kind);
  }
}
