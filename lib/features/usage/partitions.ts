import type { Db } from "#lib/platform/db";

/** Makes the monthly partitions of usage rows up to so many months ahead. Gives how many were new. */
export async function ensurePartitions(db: Db, monthsAhead: number): Promise<number> {
  const rows = await db.$queryRaw<{ made: number }[]>`SELECT usage_ensure_partitions(${monthsAhead}::int) AS made`;
  return rows[0]?.made ?? 0;
}

/** Drops the monthly partitions that end before a time, whole. Gives how many. */
export async function pruneUsage(db: Db, before: Date): Promise<number> {
  const rows = await db.$queryRaw<{ name: string }[]>`SELECT usage_prune(${before}) AS name`;
  return rows.length;
}
