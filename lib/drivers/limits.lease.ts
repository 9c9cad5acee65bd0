import type { LimitDecision } from "#lib/gateway/ports";
import { allowanceOf, type Bucket, fullBucket, refill, secondsOf } from "./limits.bucket.ts";
import { takeFrom } from "./limits.memory.ts";
import type { Draw, Drawn } from "./limits.shared-bucket.ts";

/** Before it has heard of a key a process admits so many calls of it: enough for what one client sends at once. */
const creditOf = (limit: number) => Math.max(16, Math.min(64, Math.ceil(limit / 8)), Math.ceil(limit / 40));
/** What was heard of the common bucket is believed for so long. */
const FRESH_MS = 1_000;
/** Permits are drawn for a quarter of a second, by the pace since the last draw. */
const AHEAD_MS = 250;
const PACE_MS_MIN = 50;
const WANTED_MIN = 4;

export type Terms = {
  readonly requestsPerMinute: number;
  /** What this process may admit by itself while Redis is away. */
  readonly share: number;
  /** How many processes draw on one bucket. */
  readonly sharers: number;
};

/** One key in one process: the permits it holds of the common bucket, and what it has admitted without. */
export type Lease = {
  /** Everything admitted here is taken out of it; it decides alone while Redis is away. */
  readonly own: Bucket;
  permits: number;
  /** Admitted without a permit, not yet told, */
  credit: number;
  /** and told with the draw that is under way. */
  telling: number;
  /** Admitted while Redis was away and not yet told. */
  owed: number;
  used: number;
  usedAtMs: number;
  isDrawing: boolean;
  drawnAtMs: number;
  /** What the last answer said. */
  remaining: number;
  heardAtMs: number;
  closedUntilMs: number;
};

/** How a lease is spent and renewed: values only, the talking is done elsewhere. */
export type Rules = {
  readonly open: (nowMs: number) => Lease;
  /** The decision while Redis answers: a permit, else a little credit, else no. */
  readonly take: (lease: Lease, nowMs: number) => LimitDecision;
  /** The decision while Redis is away: this process's share of the limit. */
  readonly takeOwn: (lease: Lease, nowMs: number) => LimitDecision;
  readonly beginDraw: (lease: Lease, nowMs: number) => Draw;
  /** A draw that asks for nothing: tells what there is to tell, and gives the permits back. */
  readonly beginReturn: (lease: Lease) => Draw;
};

export function createRules({ requestsPerMinute: limit, share, sharers }: Terms): Rules {
  const all = allowanceOf(limit);
  const own = allowanceOf(share);
  const creditMax = Math.min(share, creditOf(limit));
  const wantedMax = Math.max(WANTED_MIN, Math.floor(limit / (4 * sharers)));

  const hasCredit = (lease: Lease, nowMs: number): boolean => {
    const open = lease.credit + lease.telling;
    if (open >= creditMax) return false;
    return isFresh(lease, nowMs) ? open < Math.floor(lease.remaining / sharers) : lease.own.level >= 1;
  };
  const admit = (lease: Lease, nowMs: number): LimitDecision => {
    lease.own.level = Math.max(0, lease.own.level - 1);
    lease.used++;
    lease.usedAtMs = nowMs;
    const remaining = Math.max(0, Math.min(limit - 1, lease.permits + lease.remaining - lease.credit));
    return { allowed: true, limit, remaining, resetMs: (limit - remaining) / all.perMs };
  };
  const tell = (lease: Lease): number => {
    lease.telling = lease.credit;
    const taken = lease.credit + Math.min(lease.owed, Math.ceil(share - lease.own.level));
    lease.credit = 0;
    lease.owed = 0;
    lease.isDrawing = true;
    return taken;
  };

  return {
    open: (nowMs) => createLease(fullBucket(own, nowMs), limit),
    take(lease, nowMs) {
      refill(lease.own, own, nowMs);
      if (lease.permits >= 1) {
        lease.permits--;
        return admit(lease, nowMs);
      }
      const closedMs = lease.closedUntilMs - nowMs;
      if (closedMs > 0 || !hasCredit(lease, nowMs)) {
        return { allowed: false, limit, retryAfterS: secondsOf(closedMs) };
      }
      lease.credit++;
      return admit(lease, nowMs);
    },
    takeOwn(lease, nowMs) {
      refill(lease.own, own, nowMs);
      lease.closedUntilMs = 0;
      const decision = takeFrom(lease.own, own, limit);
      if (decision.allowed) lease.owed++;
      return decision;
    },
    beginDraw(lease, nowMs) {
      const wanted = Math.min(wantedMax, Math.max(WANTED_MIN, paceOf(lease, nowMs)));
      lease.used = 0;
      lease.drawnAtMs = nowMs;
      return { taken: tell(lease), wanted };
    },
    beginReturn(lease) {
      const { permits } = lease;
      lease.permits = 0;
      return { taken: tell(lease) - permits, wanted: 0 };
    },
  };
}

/** A key met for the first time: nothing is known, so everything may be left. */
const createLease = (own: Bucket, limit: number): Lease => ({
  own,
  permits: 0,
  credit: 0,
  telling: 0,
  owed: 0,
  used: 0,
  usedAtMs: own.atMs,
  isDrawing: false,
  drawnAtMs: own.atMs,
  remaining: limit,
  heardAtMs: Number.NEGATIVE_INFINITY,
  closedUntilMs: 0,
});

const isFresh = ({ heardAtMs }: Lease, nowMs: number): boolean => nowMs - heardAtMs < FRESH_MS;

/** Calls in the time that one draw is for, by the pace since the last one. */
const paceOf = ({ used, drawnAtMs }: Lease, nowMs: number): number =>
  Math.ceil((used * AHEAD_MS) / Math.max(PACE_MS_MIN, nowMs - drawnAtMs));

/** Whether to draw: half of what the pace will use is gone. A bucket known to be empty is left alone. */
export const isLow = (lease: Lease, nowMs: number): boolean =>
  !lease.isDrawing && nowMs >= lease.closedUntilMs && lease.permits <= paceOf(lease, nowMs) / 2;

export function endDraw(lease: Lease, { granted, remaining, waitMs }: Drawn, nowMs: number): void {
  lease.isDrawing = false;
  lease.telling = 0;
  lease.permits += granted;
  lease.remaining = remaining;
  lease.heardAtMs = nowMs;
  lease.closedUntilMs = waitMs > 0 ? nowMs + waitMs : 0;
}

/** Redis is out of reach: what was being told is owed, and permits of its bucket are worth nothing. */
export function loseTouch(lease: Lease): void {
  lease.owed += lease.telling + lease.credit;
  lease.isDrawing = false;
  lease.telling = 0;
  lease.credit = 0;
  lease.permits = 0;
  lease.heardAtMs = Number.NEGATIVE_INFINITY;
  lease.closedUntilMs = 0;
}
