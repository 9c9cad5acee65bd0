import type { Db } from "#lib/platform/db";

const BATCH = 500;
/** A run ends after so many rows; the next one goes on. */
const BATCHES_MAX = 1_000;

/** Deletes stored responses whose time is over. Gives how many. */
export async function deleteExpiredResponses(db: Db, now: Date): Promise<number> {
  let deleted = 0;
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const count = await db.$executeRaw`
      DELETE FROM stored_response WHERE id IN (
        SELECT id FROM stored_response WHERE expires_at <= ${now} ORDER BY expires_at LIMIT ${BATCH})`;
    deleted += count;
    if (count < BATCH) break;
  }
  return deleted;
}
