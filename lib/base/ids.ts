import { v7 } from "uuid";

/** A UUIDv7 minted by us at admission. Callers' ids never take its place. */
export type RequestId = string & { readonly __requestId: true };

/** Gives a fresh UUIDv7, ordered by time. `ms` overrides the clock (Unix milliseconds). */
export const newId = (ms?: number): string => (ms === undefined ? v7() : v7({ msecs: ms }));

/** Gives the id of a request admitted at `ms` (Unix milliseconds, database time). */
export const newRequestId = (ms: number) => v7({ msecs: ms, random: nextRandom() }) as RequestId;

const RANDOM_BYTES = 16;
const pool = new Uint8Array(256 * RANDOM_BYTES);
let taken = pool.length;

/** Sixteen fresh random bytes. Drawn for many ids at once: a call into the system for each would cost more than all of routing. */
function nextRandom(): Uint8Array {
  if (taken === pool.length) {
    crypto.getRandomValues(pool);
    taken = 0;
  }
  taken += RANDOM_BYTES;
  return pool.subarray(taken - RANDOM_BYTES, taken);
}

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the text form of a UUID, so that an id from outside never reaches SQL unread. */
export const isUuid = (text: string) => UUID_PATTERN.test(text);
