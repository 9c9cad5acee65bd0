import { LRUCache } from "lru-cache";
import { type NanoUsd, nanoUsd } from "#lib/base/units";

/** Reads what organisations have available, in nano-dollars: wallet less metered cost. */
export type ReadAvailable = (orgIds: readonly string[]) => Promise<ReadonlyMap<string, bigint>>;

type Hold = { readonly settle: (cost: NanoUsd) => void };
type Decision =
  | { readonly held: true; readonly hold: Hold }
  | { readonly held: false; readonly reason: "no-money" | "no-database" };

type Balance = {
  available: bigint;
  readAtMs: number;
  held: bigint;
  /** Settled here but perhaps not yet in the rollups, by the refresh it happened in: newest last. */
  settling: bigint[];
  isUsed: boolean;
};

const ORGS_MAX = 20_000;
const REFRESH_MS = 1_000;
/** With the database away a balance already seen is trusted this long. */
const STALE_MS = 60_000;
/** The flusher needs well under a second; a settled cost is counted here for this many refreshes more. */
const SETTLING_ROUNDS = 3;

export type CreditGate = {
  readonly reserve: (orgId: string, amount: NanoUsd) => Decision | Promise<Decision>;
  readonly forget: (orgId: string) => void;
  readonly close: () => void;
};

/**
 * Admits a request only while the organisation's available credit covers it with everything this process already holds.
 * Balances are read once, then refreshed behind the requests. Several processes each see the same balance, so the last
 * cents can be spent more than once among them until leases divide the money (docs/billing-policy.md).
 */
export function openCreditGate(read: ReadAvailable, monotonic: () => number): CreditGate {
  const balances = new LRUCache<string, Balance>({ max: ORGS_MAX });
  const loading = new Map<string, Promise<Balance>>();

  const take = (balance: Balance, amount: NanoUsd): Decision => {
    balance.isUsed = true;
    if (monotonic() - balance.readAtMs > STALE_MS) return { held: false, reason: "no-database" };
    const settling = balance.settling.reduce((sum, cost) => sum + cost, 0n);
    const free = balance.available - balance.held - settling;
    // What costs nothing (a test key) needs no money at all.
    if (amount > 0n && free < amount) return { held: false, reason: "no-money" };
    balance.held += amount;
    return { held: true, hold: createHold(balance, amount) };
  };
  const load = (orgId: string): Promise<Balance> => {
    const running = loading.get(orgId);
    if (running !== undefined) return running;
    const started = read([orgId])
      .then((found) => {
        const balance = {
          available: found.get(orgId) ?? 0n,
          readAtMs: monotonic(),
          held: 0n,
          settling: [0n],
          isUsed: true,
        };
        balances.set(orgId, balance);
        return balance;
      })
      .finally(() => loading.delete(orgId));
    loading.set(orgId, started);
    return started;
  };
  const refresh = async () => {
    const used = [...balances.entries()].filter(([, balance]) => balance.isUsed);
    if (used.length === 0) return;
    const found = await read(used.map(([orgId]) => orgId));
    for (const [orgId, balance] of used) applyReading(balance, found.get(orgId) ?? 0n, monotonic());
  };
  const timer = startRefreshing(refresh);

  return {
    reserve(orgId, amount) {
      const balance = balances.get(orgId);
      if (balance && monotonic() - balance.readAtMs <= STALE_MS) return take(balance, amount);
      return load(orgId).then(
        (loaded) => take(loaded, amount),
        () => ({ held: false, reason: "no-database" }) as const,
      );
    },
    forget: (orgId) => {
      const balance = balances.get(orgId);
      if (balance) balance.isUsed = true;
      void refresh().catch(() => undefined);
    },
    close: () => clearInterval(timer),
  };
}

function applyReading(balance: Balance, available: bigint, nowMs: number): void {
  balance.available = available;
  balance.readAtMs = nowMs;
  balance.settling.push(0n);
  if (balance.settling.length > SETTLING_ROUNDS) balance.settling.shift();
  balance.isUsed = balance.held > 0n || balance.settling.some((cost) => cost > 0n);
}

function createHold(balance: Balance, amount: NanoUsd): Hold {
  let isOpen = true;
  return {
    settle(cost) {
      if (!isOpen) return;
      isOpen = false;
      balance.held -= amount;
      const newest = balance.settling.length - 1;
      balance.settling[newest] = nanoUsd((balance.settling[newest] ?? 0n) + cost);
    },
  };
}

function startRefreshing(refresh: () => Promise<void>): NodeJS.Timeout {
  let isRunning = false;
  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    void refresh()
      .catch(() => undefined)
      .finally(() => {
        isRunning = false;
      });
  }, REFRESH_MS);
  timer.unref();
  return timer;
}
