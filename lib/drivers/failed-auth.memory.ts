import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { addressGroup } from "#lib/base/address-group";
import { AppError } from "#lib/base/errors";

export type FailedAuth = {
  /** Refuses what would have to be looked up, from an address that has failed too often; not what was good from there before. */
  readonly admit: (address: string, presented: string) => void;
  /** Counts a wrong credential; refuses with 429 instead of 401 once there were too many. */
  readonly failed: (address: string, presented: string) => void;
  /** Remembers one that was looked up and found good. */
  readonly succeeded: (address: string, presented: string) => void;
};

type Options = { readonly perMinute: number; readonly monotonic: () => number };
type Bucket = { level: number; atMs: number };

const MINUTE_MS = 60_000;
const ADDRESSES_MAX = 50_000;
const GOOD_MAX = 50_000;
/** So many minutes' worth may come at once. */
const BURST_MINUTES = 2;

/**
 * Wrong credentials per address, as a bucket that refills steadily. Who shares an address with an attacker keeps working:
 * what this process remembers is not asked for here, and what was good from there once is looked up in any case.
 */
export function openFailedAuth({ perMinute, monotonic }: Options): FailedAuth {
  const buckets = new LRUCache<string, Bucket>({ max: ADDRESSES_MAX });
  const good = new LRUCache<string, true>({ max: GOOD_MAX });
  const burst = perMinute * BURST_MINUTES;
  const perMs = perMinute / MINUTE_MS;

  const filled = (bucket: Bucket): Bucket => {
    const nowMs = monotonic();
    bucket.level = Math.min(burst, bucket.level + (nowMs - bucket.atMs) * perMs);
    bucket.atMs = nowMs;
    return bucket;
  };
  const refusal = ({ level }: Bucket) =>
    new AppError("too_many_failures", "Too many wrong API keys have come from your address.", {
      retryAfterS: Math.ceil((1 - level) / perMs / 1_000),
    });
  return {
    admit(address, presented) {
      const bucket = buckets.get(addressGroup(address));
      if (bucket === undefined || filled(bucket).level >= 1 || good.has(pairOf(address, presented))) return;
      throw refusal(bucket);
    },
    failed(address, presented) {
      // At most one free look-up for what was good and is so no more.
      good.delete(pairOf(address, presented));
      const group = addressGroup(address);
      const bucket = filled(buckets.get(group) ?? { level: burst, atMs: monotonic() });
      buckets.set(group, bucket);
      if (bucket.level < 1) throw refusal(bucket);
      bucket.level -= 1;
    },
    succeeded: (address, presented) => void good.set(pairOf(address, presented), true),
  };
}

const pairOf = (address: string, presented: string) =>
  hash("sha256", `${addressGroup(address)} ${presented}`, "base64");
