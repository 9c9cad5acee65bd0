import { createRoster } from "#lib/base/roster";
import type { SilencePort } from "#lib/gateway/ports";
import { createSweeper } from "#lib/platform/sweeper";

type Entry = { isHeard: boolean; heardMs: number; readonly onSilent: () => void };

const SWEEPS_PER_SILENCE = 10;
const SWEEP_MS_MIN = 10;

/** Watches for silences of `afterMs` with one timer; 0 watches nothing. A silence is noticed at most two tenths of it late. */
export function createSilence(afterMs: number): SilencePort & { readonly close: () => void } {
  if (afterMs === 0) return { watch: () => NOBODY, close: () => undefined };
  const entries = createRoster<Entry>();
  const sweeper = createSweeper(Math.max(SWEEP_MS_MIN, afterMs / SWEEPS_PER_SILENCE), () => {
    const nowMs = performance.now();
    entries.visit((entry) => {
      // What was heard since the last sweep is dated by this one, so that no clock is read for it.
      if (entry.isHeard) entry.heardMs = nowMs;
      entry.isHeard = false;
      if (nowMs - entry.heardMs < afterMs) return;
      entry.heardMs = nowMs;
      entry.onSilent();
    });
    return entries.size() > 0;
  });
  return {
    watch(onSilent) {
      const entry = { isHeard: true, heardMs: 0, onSilent };
      const seat = entries.join(entry);
      sweeper.wake();
      return {
        touch() {
          entry.isHeard = true;
        },
        stop: () => entries.leave(seat),
      };
    },
    close: sweeper.close,
  };
}

const NOBODY = { touch: () => undefined, stop: () => undefined };
