/**
 * Upper bounds in milliseconds of the mergeable latency histograms; the last slot takes everything above.
 * Powers of the square root of two from 1 ms to 11.6 min keep any quantile within 20 % of the truth.
 */
export const LATENCY_BOUNDS_MS: readonly number[] = Array.from(
  { length: 39 },
  (_, step) => Math.round(2 ** (step / 2) * 10) / 10,
);

export const LATENCY_SLOTS = LATENCY_BOUNDS_MS.length + 1;

/** Gives the slot of a duration: 0 to LATENCY_SLOTS - 1. */
export function slotOf(ms: number): number {
  let low = 0;
  let high = LATENCY_BOUNDS_MS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ms <= (LATENCY_BOUNDS_MS[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Gives the quantile `q` (0 to 1) of merged slots in milliseconds, or nothing when they are empty. */
export function quantileOf(slots: readonly number[], q: number): number | undefined {
  const total = slots.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let left = Math.max(1, Math.ceil(total * q));
  for (const [slot, count] of slots.entries()) {
    left -= count;
    if (left <= 0) return LATENCY_BOUNDS_MS[Math.min(slot, LATENCY_BOUNDS_MS.length - 1)];
  }
  return LATENCY_BOUNDS_MS.at(-1);
}
