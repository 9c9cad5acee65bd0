import { createRoster } from "#lib/base/roster";
import type { SilencePort } from "#lib/gateway/ports";

type Entry = { heardMs: number; readonly onSilent: () => void };

const SWEEPS_PER_SILENCE = 10;
const SWEEP_MS_MIN = 10;

/** Watches for silences of `afterMs` with one timer; 0 watches nothing. A silence is noticed at most two tenths of it late. */
export function createSilence(afterMs: number): SilencePort & { readonly close: () => void } {
  if (afterMs === 0) return { watch: () => NOBODY, close: () => undefined };
  const entries = createRoster<Entry>();
  const sweepMs = Math.max(SWEEP_MS_MIN, afterMs / SWEEPS_PER_SILENCE);
  // What is heard is dated by the next sweep, so that no clock is read for it.
  let nextSweepMs = performance.now() + sweepMs;
  const sweep = () => {
    const nowMs = performance.now();
    nextSweepMs = nowMs + sweepMs;
    entries.visit((entry) => {
      if (nowMs - entry.heardMs < afterMs) return;
      entry.heardMs = nowMs;
      entry.onSilent();
    });
  };
  const timer = setInterval(sweep, sweepMs);
  timer.unref();
  return {
    watch(onSilent) {
      const entry = { heardMs: nextSweepMs, onSilent };
      const seat = entries.join(entry);
      return {
        touch() {
          entry.heardMs = nextSweepMs;
        },
        stop: () => entries.leave(seat),
      };
    },
    close: () => clearInterval(timer),
  };
}

const NOBODY = { touch: () => undefined, stop: () => undefined };
