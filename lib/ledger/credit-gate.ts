import { type NanoUsd, nanoUsd } from "#lib/base/units";

/** Reads what organisations have available, in nano-dollars: wallet less metered cost. */
export type ReadAvailable = (orgIds: readonly string[]) => Promise<ReadonlyMap<string, bigint>>;

type Hold = { readonly settle: (cost: NanoUsd) => void };
type Decision =
  | { readonly held: true; readonly hold: Hold }
  | { readonly held: false; readonly reason: "no-money" | "no-database" };

type Balance = {
  available: bigint;
  /** When the reading began that `available` is of. */
  readAtMs: number;
  held: bigint;
  /** Settled here but perhaps not yet in the rollups, by the round it happened in: newest last. */
  settling: bigint[];
  /** When the newest round began. */
  roundAtMs: number;
  isUsed: boolean;
};

/** Balances kept beyond those of running calls and of what they have just cost. */
const ORGS_MAX = 20_000;
const REFRESH_MS = 1_000;
/** With the database away a balance already seen is trusted this long. */
const STALE_MS = 60_000;
/** The flusher needs well under a second; a settled cost is counted here for this many rounds of a second more. */
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
  const balances = new Map<string, Balance>();
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
    const beganAtMs = monotonic();
    const started = read([orgId])
      .then((found) => {
        // What running calls hold stays held, however long no reading came.
        const balance = balances.get(orgId) ?? emptyBalance();
        applyReading(balance, found.get(orgId) ?? 0n, { beganAtMs, nowMs: monotonic() });
        balances.set(orgId, balance);
        return balance;
      })
      .finally(() => loading.delete(orgId));
    loading.set(orgId, started);
    return started;
  };
  const refresh = async () => {
    forgetIdle(balances);
    const used = [...balances.entries()].filter(([, balance]) => balance.isUsed);
    if (used.length === 0) return;
    const beganAtMs = monotonic();
    const found = await read(used.map(([orgId]) => orgId));
    const times = { beganAtMs, nowMs: monotonic() };
    for (const [orgId, balance] of used) applyReading(balance, found.get(orgId) ?? 0n, times);
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

const emptyBalance = (): Balance => ({
  available: 0n,
  readAtMs: Number.NEGATIVE_INFINITY,
  held: 0n,
  settling: [0n],
  roundAtMs: Number.NEGATIVE_INFINITY,
  isUsed: true,
});

type Times = { readonly beganAtMs: number; readonly nowMs: number };

/** Takes a reading, unless a later one has come before it. Notices bring readings on, but what is settling waits its time. */
function applyReading(balance: Balance, available: bigint, { beganAtMs, nowMs }: Times): void {
  if (beganAtMs < balance.readAtMs) return;
  balance.available = available;
  balance.readAtMs = beganAtMs;
  if (nowMs - balance.roundAtMs >= REFRESH_MS) {
    balance.roundAtMs = nowMs;
    balance.settling.push(0n);
    if (balance.settling.length > SETTLING_ROUNDS) balance.settling.shift();
  }
  balance.isUsed = isBusy(balance);
}

const isBusy = ({ held, settling }: Balance) => held > 0n || settling.some((cost) => cost > 0n);

/** Makes room, oldest first, and never of what a running call holds or has just cost. */
function forgetIdle(balances: Map<string, Balance>): void {
  for (const [orgId, balance] of balances) {
    if (balances.size <= ORGS_MAX) return;
    if (!isBusy(balance)) balances.delete(orgId);
  }
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
