import type { NanoUsd } from "#lib/base/units";
import { createBalances, type Hold } from "./credit-gate-balances.ts";
import { createReadings } from "./credit-readings.ts";

/** Reads what organisations have available, in nano-dollars: wallet less metered cost. */
export type ReadAvailable = (orgIds: readonly string[]) => Promise<ReadonlyMap<string, bigint>>;

type Decision =
  | { readonly held: true; readonly hold: Hold }
  | { readonly held: false; readonly reason: "no-money" | "no-database" };

/** A balance in use is read this often behind its requests, and one that is older and not in use before it is spent from. */
const REFRESH_MS = 1_000;
/** A request waits this long for a balance that was seen, */
const REREAD_WAIT_MS = 500;
/** which is trusted this long with the database away. */
const STALE_MS = 60_000;
/** The flusher needs well under a second. */
const RECORDING_MS = 2_000;

export type CreditGate = {
  readonly reserve: (orgId: string, amount: NanoUsd) => Decision | Promise<Decision>;
  /** Has a balance read anew that was changed. */
  readonly forget: (orgId: string) => void;
  readonly close: () => void;
};

/**
 * Admits a request only while the organisation's available credit covers it with everything this process already holds,
 * and with what it has settled until that is known to have been read: `recordedUntilMs` gives a moment whose costs, and
 * those before, are all in the database. Balances are read once, then refreshed behind the requests. Several processes
 * each see the same balance, so the last cents can be spent more than once among them until leases divide the money
 * (docs/billing-policy.md).
 */
export function openCreditGate(
  read: ReadAvailable,
  monotonic: () => number,
  recordedUntilMs = () => monotonic() - RECORDING_MS,
): CreditGate {
  const balances = createBalances(monotonic);
  const loading = new Map<string, Promise<void>>();
  let number = 0;

  const refresh = async (orgIds: readonly string[]) => {
    if (orgIds.length === 0) return;
    // Before the asking: what is recorded during it may not be in the answer.
    const times = { number: ++number, beganMs: monotonic(), recordedMs: recordedUntilMs() };
    const found = await read(orgIds);
    for (const orgId of orgIds) balances.apply(orgId, found.get(orgId) ?? 0n, times);
  };
  const readings = createReadings(refresh);
  /** Reads one balance; those who ask for it meanwhile share the reading. */
  const load = (orgId: string): Promise<void> => {
    const running = loading.get(orgId);
    if (running !== undefined) return running;
    const started = readings.read(orgId).finally(() => loading.delete(orgId));
    loading.set(orgId, started);
    return started;
  };
  const take = (orgId: string, amount: NanoUsd): Decision => {
    if (balances.ageMs(orgId) > STALE_MS || !balances.use(orgId)) return { held: false, reason: "no-database" };
    const hold = balances.hold(orgId, amount);
    return hold ? { held: true, hold } : { held: false, reason: "no-money" };
  };
  const timer = startRefreshing(() => refresh(balances.used()));

  return {
    reserve(orgId, amount) {
      const ageMs = balances.ageMs(orgId);
      if (ageMs <= (balances.isUsed(orgId) ? STALE_MS : REFRESH_MS)) return take(orgId, amount);
      const reading = load(orgId);
      const isLastChance = ageMs + REREAD_WAIT_MS > STALE_MS;
      const enough = isLastChance ? reading : Promise.race([reading, wait(REREAD_WAIT_MS)]);
      return enough.then(() => take(orgId, amount));
    },
    forget(orgId) {
      // Not shared with a reading under way, which may be from before the change.
      if (Number.isFinite(balances.ageMs(orgId))) void readings.read(orgId);
    },
    close: () => clearInterval(timer),
  };
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());

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
