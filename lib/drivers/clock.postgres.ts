import type { ClockPort } from "#lib/gateway/ports";

const RESYNC_MS = 60_000;
/** A measurement is wrong by half its round trip at most: one that took longer says more of the line than of the time. */
const ROUND_TRIP_MS_MAX = 500;

type Queries = { readonly query: <Row extends object>(text: string) => Promise<{ readonly rows: readonly Row[] }> };

export type DatabaseClock = ClockPort & { readonly close: () => void };

/** A clock that follows the database's, whatever the wall clock here does: a monotonic base plus an offset measured now and then. */
export async function openClock(sql: Queries): Promise<DatabaseClock> {
  let offsetMs = Date.now() - performance.now();
  const resync = async () => {
    const sentMs = performance.now();
    const { rows } = await sql.query<{ ms: string }>(
      "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS ms",
    );
    const roundTripMs = performance.now() - sentMs;
    if (roundTripMs <= ROUND_TRIP_MS_MAX) offsetMs = Number(rows[0]?.ms) - (sentMs + roundTripMs / 2);
  };
  await resync().catch(() => undefined);
  const timer = setInterval(() => void resync().catch(() => undefined), RESYNC_MS);
  timer.unref();
  return {
    now: () => Math.floor(performance.now() + offsetMs),
    monotonic: () => performance.now(),
    close: () => clearInterval(timer),
  };
}
