const FIRST_MS = 200;
const MAX_MS = 10_000;
const LIVED_MS = 30_000;

export type Backoff = { readonly deaths: number; readonly delayMs: number };

export const NO_DEATHS: Backoff = { deaths: 0, delayMs: 0 };

/** What follows a death: the wait doubles up to ten seconds, and begins again after half a minute of life. */
export function afterDeath(before: Backoff, livedMs: number): Backoff {
  if (livedMs >= LIVED_MS || before.deaths === 0) return { deaths: 1, delayMs: FIRST_MS };
  return { deaths: before.deaths + 1, delayMs: Math.min(before.delayMs * 2, MAX_MS) };
}
