/** Rollups are 15-minute buckets in UTC, so that a day at +5:30 or +5:45 is a whole number of them. */
export const BUCKET_MS = 900_000;

/** Gives the start (Unix milliseconds) of the bucket that holds `ms`. */
export const bucketOf = (ms: number) => ms - (ms % BUCKET_MS);
