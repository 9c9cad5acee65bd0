import { LRUCache } from "lru-cache";
import type { LimitsPort } from "#lib/gateway/ports";

const WINDOW_MS = 60_000;
const KEYS_MAX = 50_000;

type Bucket = { level: number; atMs: number };

/** Requests per minute and key, as a bucket that refills steadily, in this process's memory: a restart fills it. */
export function openMemoryLimits(requestsPerMinute: number, monotonic: () => number): LimitsPort {
  const buckets = new LRUCache<string, Bucket>({ max: KEYS_MAX });
  const perMs = requestsPerMinute / WINDOW_MS;
  return {
    take(caller) {
      const nowMs = monotonic();
      let bucket = buckets.get(caller.credentialId);
      if (bucket === undefined) {
        bucket = { level: requestsPerMinute, atMs: nowMs };
        buckets.set(caller.credentialId, bucket);
      }
      bucket.level = Math.min(requestsPerMinute, bucket.level + (nowMs - bucket.atMs) * perMs);
      bucket.atMs = nowMs;
      if (bucket.level < 1) {
        return {
          allowed: false,
          limit: requestsPerMinute,
          retryAfterS: Math.max(1, Math.ceil((1 - bucket.level) / perMs / 1000)),
        };
      }
      bucket.level -= 1;
      return {
        allowed: true,
        limit: requestsPerMinute,
        remaining: Math.floor(bucket.level),
        resetMs: (requestsPerMinute - bucket.level) / perMs,
      };
    },
  };
}
