import { AppError } from "#lib/base/errors";
import { BOUNDS } from "#lib/gateway/bounds";
import { createSweeper } from "#lib/platform/sweeper";
import type { DoorLimits } from "./limits.ts";
import type { DoorCounts } from "./metrics.ts";

export type WatchedBody = {
  readonly moved: (bytes: number) => void;
  readonly stop: () => void;
};

export type BodyWatch = {
  /** Watches one body from now on; `onLate` is called once, with the refusal, when it moves too slowly. */
  readonly start: (onLate: (refusal: AppError) => void) => WatchedBody;
  readonly close: () => void;
};

type Entry = { allowanceMs: number; readonly onLate: (refusal: AppError) => void };

type Options = {
  readonly limits: Pick<DoorLimits, "bodyGraceMs" | "bodyTimeoutMs">;
  readonly counts: Pick<DoorCounts, "cut">;
};

const LOOK_MS = 250;

/**
 * Tells bodies that move from bodies that drip: each has an allowance of time, which every byte adds to at the slowest
 * rate we take. A slow upload of any length passes; one that stands still or drips uses its allowance up.
 */
export function createBodyWatch({ limits, counts }: Options): BodyWatch {
  const entries = new Set<Entry>();
  let lookedMs = 0;
  const sweeper = createSweeper(LOOK_MS, () => {
    const nowMs = performance.now();
    // After a pause of our own, the time that passed is not the callers' fault.
    const passedMs = Math.min(nowMs - lookedMs, 2 * LOOK_MS);
    lookedMs = nowMs;
    for (const entry of entries) {
      entry.allowanceMs -= passedMs;
      if (entry.allowanceMs > 0) continue;
      entries.delete(entry);
      counts.cut.slowBody++;
      entry.onLate(new AppError("request_timeout", "The body of the request moved too slowly."));
    }
    return entries.size > 0;
  });
  return {
    start(onLate) {
      const entry = { allowanceMs: limits.bodyGraceMs, onLate };
      if (entries.size === 0) lookedMs = performance.now();
      entries.add(entry);
      sweeper.wake();
      return {
        moved(bytes) {
          const worthMs = (bytes / BOUNDS.bodyBytesPerSecondMin) * 1_000;
          entry.allowanceMs = Math.min(limits.bodyTimeoutMs, entry.allowanceMs + worthMs);
        },
        stop: () => void entries.delete(entry),
      };
    },
    close: sweeper.close,
  };
}
