import { LRUCache } from "lru-cache";
import type { LimitDecision, LimitsPort } from "#lib/gateway/ports";
import { type Allowance, allowanceOf, type Bucket, fullBucket, refill, waitS } from "./limits.bucket.ts";

export const KEYS_MAX = 50_000;

type Options = {
  readonly requestsPerMinute: number;
  /** What this process may admit of them. */
  readonly share: number;
  readonly monotonic: () => number;
};

/** Requests per minute and key, as a bucket that refills steadily, in this process's memory: a restart fills it. */
export function openMemoryLimits({ requestsPerMinute, share, monotonic }: Options): LimitsPort {
  const buckets = new LRUCache<string, Bucket>({ max: KEYS_MAX });
  const allowance = allowanceOf(share);
  return {
    take(caller) {
      const nowMs = monotonic();
      let bucket = buckets.get(caller.credentialId);
      if (bucket === undefined) {
        bucket = fullBucket(allowance, nowMs);
        buckets.set(caller.credentialId, bucket);
      }
      refill(bucket, allowance, nowMs);
      return takeFrom(bucket, allowance, requestsPerMinute);
    },
  };
}

/** Takes one call from a bucket that is up to date, if there is one. */
export function takeFrom(bucket: Bucket, allowance: Allowance, limit: number): LimitDecision {
  if (bucket.level < 1) return { allowed: false, limit, retryAfterS: waitS(bucket, allowance) };
  bucket.level -= 1;
  return {
    allowed: true,
    limit,
    remaining: Math.floor(bucket.level),
    resetMs: (allowance.size - bucket.level) / allowance.perMs,
  };
}
