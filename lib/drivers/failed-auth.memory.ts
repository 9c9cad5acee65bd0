import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { addressGroup } from "#lib/base/address-group";
import { AppError } from "#lib/base/errors";
import { BOUNDS } from "#lib/gateway/bounds";
import { allowanceOf, type Bucket, fullBucket, refill, waitS } from "./limits.bucket.ts";

export type FailedAuth = {
  /**
   * Called before a look-up; gives what to call when it is over. From an address that has failed too often it refuses all
   * but a few; never what was good from there before.
   */
  readonly admit: (address: string, presented: string) => () => void;
  /** Counts a wrong credential, and whether it had to be looked up; refuses with 429 instead of 401 once there were too many. */
  readonly failed: (address: string, presented: string, isLookedUp: boolean) => void;
  /** Remembers one that was looked up and found good. */
  readonly succeeded: (address: string, presented: string) => void;
};

type Options = { readonly perMinute?: number | undefined; readonly monotonic: () => number };
/** What an address may still fail with, what may be looked up for it beyond that, and the look-ups under way. */
type Standing = { readonly failures: Bucket; readonly lookUps: Bucket; underWay: number };

const ADDRESSES_MAX = 50_000;
const GOOD_MAX = 50_000;
/** The same wrong credential again is a client that was not told: it counts once in this time, unless it costs a look-up. */
const REPEATED_MAX = 10_000;
const REPEATED_MS = 60_000;
/** So many minutes' worth may come at once. */
const BURST_MINUTES = 2;
/** Many who share an address may come at once with keys that are all good: until one of them has failed, so many are looked up together. */
const TOGETHER_MAX = 100;

/**
 * Wrong credentials per address, as buckets that refill steadily. Who shares an address with an attacker, or with a
 * program that goes on with a revoked key, keeps working: what this process remembers is not asked for here, what was
 * good from there once is looked up in any case, and of what is new as much in a minute as may fail.
 */
export function openFailedAuth({ perMinute = BOUNDS.failedAuthPerMinuteMax, monotonic }: Options): FailedAuth {
  const standings = new LRUCache<string, Standing>({ max: ADDRESSES_MAX });
  const good = new LRUCache<string, true>({ max: GOOD_MAX });
  const wrong = new LRUCache<string, true>({ max: REPEATED_MAX, ttl: REPEATED_MS });
  const ofLookUps = allowanceOf(perMinute);
  const ofFailures = { ...ofLookUps, size: perMinute * BURST_MINUTES };

  const refilled = (standing: Standing): Standing => {
    const nowMs = monotonic();
    refill(standing.failures, ofFailures, nowMs);
    refill(standing.lookUps, ofLookUps, nowMs);
    return standing;
  };
  const standingOf = (group: string): Standing => {
    const known = standings.get(group);
    if (known) return refilled(known);
    const nowMs = monotonic();
    const fresh = { failures: fullBucket(ofFailures, nowMs), lookUps: fullBucket(ofLookUps, nowMs), underWay: 0 };
    standings.set(group, fresh);
    return fresh;
  };
  const refusal = (failures: Bucket) =>
    new AppError("too_many_failures", "Too many wrong API keys have come from your address.", {
      retryAfterS: waitS(failures, ofFailures),
    });
  return {
    admit(address, presented) {
      const standing = standingOf(addressGroup(address));
      const { failures, lookUps } = standing;
      // Each that is under way may be about to fail.
      const room = failures.level >= ofFailures.size ? TOGETHER_MAX : failures.level;
      if (room - standing.underWay < 1 && !good.has(pairOf(address, presented))) {
        if (lookUps.level < 1) throw refusal(failures);
        lookUps.level -= 1;
      }
      standing.underWay += 1;
      return () => {
        standing.underWay -= 1;
      };
    },
    failed(address, presented, isLookedUp) {
      const pair = pairOf(address, presented);
      // At most one free look-up for what was good and is so no more.
      good.delete(pair);
      const isRepeated = wrong.has(pair);
      wrong.set(pair, true);
      const { failures } = standingOf(addressGroup(address));
      if (failures.level < 1) throw refusal(failures);
      if (isLookedUp || !isRepeated) failures.level -= 1;
    },
    succeeded: (address, presented) => void good.set(pairOf(address, presented), true),
  };
}

const pairOf = (address: string, presented: string) =>
  hash("sha256", `${addressGroup(address)} ${presented}`, "base64");
