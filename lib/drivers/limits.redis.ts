import { LRUCache } from "lru-cache";
import type { LimitsPort } from "#lib/gateway/ports";
import type { Log } from "#lib/platform/log";
import { openRedis } from "#lib/platform/redis";
import { createRules, endDraw, isLow, type Lease, loseTouch, type Terms } from "./limits.lease.ts";
import { KEYS_MAX } from "./limits.memory.ts";
import { watchReach } from "./limits.reach.ts";
import { type Draw, openSharedBuckets } from "./limits.shared-bucket.ts";

const SWEEP_MS = 500;
const IDLE_MS = 1_000;

export type SharedLimits = LimitsPort & {
  /** Whether the limits are common at the moment; otherwise each process keeps to its share. */
  readonly isShared: () => boolean;
  /** How often Redis was lost. */
  readonly losses: () => number;
  readonly close: () => Promise<void>;
};

type Options = Terms & { readonly redisUrl: string; readonly monotonic: () => number; readonly log: Log };

/**
 * Requests per minute and key over all processes that use one Redis. No call waits for it: each process spends permits
 * that it has drawn ahead, and decides by its share of the limit while Redis is away (docs/processes.md).
 */
export function openRedisLimits({ redisUrl, monotonic, log, ...terms }: Options): SharedLimits {
  const redis = openRedis(redisUrl);
  const buckets = openSharedBuckets(redis, terms);
  const rules = createRules(terms);
  const leases = new LRUCache<string, Lease>({ max: KEYS_MAX });
  /** Leases that hold permits or have something to tell. */
  const active = new Map<string, Lease>();
  const reach = watchReach(redis, {
    log,
    probe: () => buckets.draw(`probe:${process.pid}`, { taken: 1, wanted: 0 }),
    onLost: () => {
      for (const lease of active.values()) loseTouch(lease);
      active.clear();
    },
  });

  const leaseOf = (key: string, nowMs: number): Lease => {
    const known = leases.get(key);
    if (known) return known;
    const lease = rules.open(nowMs);
    leases.set(key, lease);
    return lease;
  };
  const send = async (key: string, lease: Lease, draw: Draw): Promise<void> => {
    const before = reach.losses();
    active.set(key, lease);
    try {
      const drawn = await buckets.draw(key, draw);
      if (reach.losses() === before) endDraw(lease, drawn, monotonic());
      else lease.owed = Math.max(0, lease.owed - Math.max(0, draw.taken));
    } catch (error) {
      if (reach.losses() === before) reach.lose(error);
    }
  };
  const giveBack = (isDue: (lease: Lease) => boolean): Promise<unknown> =>
    Promise.all(
      [...active].map(([key, lease]) => {
        if (lease.isDrawing || !isDue(lease)) return undefined;
        if (lease.permits > 0 || lease.credit > 0) return send(key, lease, rules.beginReturn(lease));
        return void active.delete(key);
      }),
    );
  const sweep = setInterval(() => {
    const idleSinceMs = monotonic() - IDLE_MS;
    void giveBack((lease) => lease.usedAtMs < idleSinceMs);
  }, SWEEP_MS);
  sweep.unref();

  return {
    take(caller) {
      const nowMs = monotonic();
      const key = caller.credentialId;
      const lease = leaseOf(key, nowMs);
      if (!reach.isHeld()) return rules.takeOwn(lease, nowMs);
      const decision = rules.take(lease, nowMs);
      if (isLow(lease, nowMs)) void send(key, lease, rules.beginDraw(lease, nowMs));
      return decision;
    },
    isShared: reach.isHeld,
    losses: reach.losses,
    async close() {
      clearInterval(sweep);
      if (reach.isHeld()) await giveBack(() => true);
      reach.close();
      redis.disconnect();
    },
  };
}
