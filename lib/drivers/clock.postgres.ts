import type { ClockPort } from "#lib/gateway/ports";
import type { Sql } from "#lib/platform/sql";

const RESYNC_MS = 60_000;

export type DatabaseClock = ClockPort & { readonly close: () => void };

/** A clock that follows the database's, whatever the wall clock here does: a monotonic base plus an offset measured now and then. */
export async function openClock(sql: Sql): Promise<DatabaseClock> {
  let offsetMs = Date.now() - performance.now();
  const resync = async () => {
    const sentMs = performance.now();
    const { rows } = await sql.query<{ ms: string }>(
      "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS ms",
    );
    const middleMs = (sentMs + performance.now()) / 2;
    offsetMs = Number(rows[0]?.ms) - middleMs;
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
