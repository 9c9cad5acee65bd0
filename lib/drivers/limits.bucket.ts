const WINDOW_MS = 60_000;

/** A level that falls by one with each call and rises steadily, up to its size. */
export type Bucket = { level: number; atMs: number };

/** So many calls at once, and that many again in every minute. */
export type Allowance = { readonly size: number; readonly perMs: number };

export const allowanceOf = (callsPerMinute: number): Allowance => ({
  size: callsPerMinute,
  perMs: callsPerMinute / WINDOW_MS,
});

/** What one of several processes may admit of a limit that they divide; the first ones take the remainder, none has less than one. */
export function shareOf(limit: number, processes: number, process: number): number {
  const isAmongFirst = (process - 1) % processes < limit % processes;
  return Math.max(1, Math.floor(limit / processes) + (isAmongFirst ? 1 : 0));
}

export const fullBucket = ({ size }: Allowance, nowMs: number): Bucket => ({ level: size, atMs: nowMs });

/** Brings the level up to date. */
export function refill(bucket: Bucket, { size, perMs }: Allowance, nowMs: number): void {
  bucket.level = Math.min(size, bucket.level + (nowMs - bucket.atMs) * perMs);
  bucket.atMs = nowMs;
}

/** Whole seconds, at least one, until the bucket has a call to give. */
export const waitS = ({ level }: Bucket, { perMs }: Allowance): number => secondsOf((1 - level) / perMs);

export const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));
