import type { Db, Tx } from "#lib/platform/db";

/** Longer than a query may take otherwise: after months without this job, millions of rows have to be moved. A job has 300 s. */
const MOVE_MS_MAX = 280_000;
/** Whoever waits for the table keeps everybody behind it waiting: a long reading is let finish, and the job comes again. */
const LOCK_MS_MAX = 5_000;

/** Makes the monthly partitions of usage rows up to so many months ahead. Gives how many were new. */
export function ensurePartitions(db: Db, monthsAhead: number): Promise<number> {
  const ensure = async (tx: Tx) => {
    await tx.$queryRaw`SELECT set_config('statement_timeout', ${String(MOVE_MS_MAX)}, true),
                              set_config('lock_timeout', ${String(LOCK_MS_MAX)}, true)`;
    const rows = await tx.$queryRaw<{ made: number }[]>`SELECT usage_ensure_partitions(${monthsAhead}::int) AS made`;
    return rows[0]?.made ?? 0;
  };
  return db.$transaction(ensure, { timeout: MOVE_MS_MAX });
}

/** Drops the monthly partitions that end before a time, whole. Gives how many. */
export async function pruneUsage(db: Db, before: Date): Promise<number> {
  const rows = await db.$queryRaw<{ name: string }[]>`SELECT usage_prune(${before}) AS name`;
  return rows.length;
}
