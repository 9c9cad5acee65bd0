import type { ClockPort } from "#lib/gateway/ports";

const RESYNC_MS = 60_000;
/** A measurement is wrong by half its round trip at most: one that took longer, or failed, is soon made again. */
const ROUND_TRIP_MS_MAX = 500;
const RETRY_MS = 1_000;

type Queries = { readonly query: <Row extends object>(text: string) => Promise<{ readonly rows: readonly Row[] }> };

export type DatabaseClock = ClockPort & { readonly close: () => void };

/** A clock that follows the database's, whatever the wall clock here does: a monotonic base plus an offset measured now and then. */
export async function openClock(sql: Queries): Promise<DatabaseClock> {
  let offsetMs = Date.now() - performance.now();
  let believedMs = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  /** Gives the round trip. One longer than before is not believed at once: a line that stays slow is, after some. */
  const measure = async (): Promise<number> => {
    const sentMs = performance.now();
    const { rows } = await sql.query<{ ms: string }>(
      "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS ms",
    );
    const roundTripMs = performance.now() - sentMs;
    const isBelieved = roundTripMs <= Math.max(ROUND_TRIP_MS_MAX, believedMs);
    if (isBelieved) offsetMs = Number(rows[0]?.ms) - (sentMs + roundTripMs / 2);
    believedMs = isBelieved ? roundTripMs : 2 * believedMs;
    return roundTripMs;
  };
  const keepMeasuring = async () => {
    const roundTripMs = await measure().catch(() => Number.POSITIVE_INFINITY);
    if (isClosed) return;
    timer = setTimeout(keepMeasuring, roundTripMs <= ROUND_TRIP_MS_MAX ? RESYNC_MS : RETRY_MS);
    timer.unref();
  };
  await keepMeasuring();
  return {
    now: () => Math.floor(performance.now() + offsetMs),
    monotonic: () => performance.now(),
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
