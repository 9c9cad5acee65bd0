import type { NanoUsd } from "#lib/base/units";

export type Hold = { readonly settle: (cost: NanoUsd) => void };

/** Of a reading, by the monotonic clock. */
export type ReadingTimes = {
  /** Readings are numbered as they begin: several may begin in the same moment. */
  readonly number: number;
  readonly beganMs: number;
  /** What was settled before this was in the database when the reading began. */
  readonly recordedMs: number;
};

type Balance = {
  available: bigint;
  /** Which reading `available` is of, and when that began. */
  reading: number;
  readAtMs: number;
  /** By running calls, of which there may be some that hold nothing. */
  held: bigint;
  running: number;
  /** Settled here and perhaps not in `available`, by the end of the time it was settled in, and all of it together. */
  readonly settling: Map<number, bigint>;
  settled: bigint;
};

const ORGS_MAX = 20_000;
/** Costs are kept apart by so much time, so that each stops counting soon after it is read, */
const SLOT_MS = 50;
/** and by more of it when the database falls behind. */
const SLOTS_MAX = 40;
const LONG_SLOT_MS = 1_000;

/**
 * What a process knows of the credit of organisations. Those in use were asked for since they were last read, or have
 * running calls or costs that may not have been read: they are never dropped, and there are at most 20,000. Of the others
 * as many more are kept, and those read the longest ago go first.
 */
export function createBalances(monotonic: () => number) {
  const used = new Map<string, Balance>();
  const idle = new Map<string, Balance>();

  const find = (orgId: string) => used.get(orgId) ?? idle.get(orgId);
  return {
    isUsed: (orgId: string) => used.has(orgId),
    used: () => [...used.keys()],
    ageMs: (orgId: string) => monotonic() - (find(orgId)?.readAtMs ?? Number.NEGATIVE_INFINITY),
    /** Puts a balance to use. False for one that was never read, and when there is no room. */
    use(orgId: string): boolean {
      if (used.has(orgId)) return true;
      const balance = idle.get(orgId);
      if (balance === undefined || used.size >= ORGS_MAX) return false;
      idle.delete(orgId);
      used.set(orgId, balance);
      return true;
    },
    /** Holds an amount of a balance in use, if it covers that. What costs nothing (a test key) needs no money at all. */
    hold(orgId: string, amount: NanoUsd): Hold | undefined {
      const balance = used.get(orgId);
      if (balance === undefined || (amount > 0n && freeOf(balance) < amount)) return undefined;
      return holdIn(balance, amount, monotonic);
    },
    /** Takes a reading, unless one that began later has come before it. */
    apply(orgId: string, available: bigint, times: ReadingTimes): void {
      const balance = find(orgId) ?? unread();
      if (times.number < balance.reading) return;
      update(balance, available, times);
      if (balance.running > 0 || balance.settling.size > 0) return;
      used.delete(orgId);
      idle.delete(orgId);
      idle.set(orgId, balance);
      const [oldest] = idle.keys();
      if (oldest !== undefined && idle.size > ORGS_MAX) idle.delete(oldest);
    },
  };
}

const unread = (): Balance => ({
  available: 0n,
  reading: 0,
  readAtMs: Number.NEGATIVE_INFINITY,
  held: 0n,
  running: 0,
  settling: new Map(),
  settled: 0n,
});

function update(balance: Balance, available: bigint, { number, beganMs, recordedMs }: ReadingTimes): void {
  balance.available = available;
  balance.reading = number;
  balance.readAtMs = beganMs;
  for (const [endMs, cost] of balance.settling) {
    if (endMs > recordedMs) continue;
    balance.settling.delete(endMs);
    balance.settled -= cost;
  }
}

const freeOf = ({ available, held, settled }: Balance): bigint => available - held - settled;

function holdIn(balance: Balance, amount: NanoUsd, monotonic: () => number): Hold {
  let isOpen = true;
  balance.held += amount;
  balance.running += 1;
  return {
    settle(cost) {
      if (!isOpen) return;
      isOpen = false;
      balance.held -= amount;
      balance.running -= 1;
      if (cost === 0n) return;
      const slotMs = balance.settling.size < SLOTS_MAX ? SLOT_MS : LONG_SLOT_MS;
      const endMs = (Math.floor(monotonic() / slotMs) + 1) * slotMs;
      balance.settling.set(endMs, (balance.settling.get(endMs) ?? 0n) + cost);
      balance.settled += cost;
    },
  };
}
