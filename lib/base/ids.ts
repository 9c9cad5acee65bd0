import { v7 } from "uuid";

/** A UUIDv7 minted by us at admission. Callers' ids never take its place. */
export type RequestId = string & { readonly __requestId: true };

/** Gives a fresh UUIDv7, ordered by time. `ms` overrides the clock (Unix milliseconds). */
export const newId = (ms?: number): string => (ms === undefined ? v7() : v7({ msecs: ms }));

/** Gives the id of a request admitted at `ms` (Unix milliseconds, database time). */
export function newRequestId(ms: number): RequestId {
  const random = nextRandom();
  return v7({ msecs: ms, random, seq: sequenceIn(random) }) as RequestId;
}

/** All of its 32 bits: left to itself the library keeps the first at 0, as room for counting up, which we do not. */
const sequenceIn = ([a = 0, b = 0, c = 0, d = 0]: Uint8Array) => (a << 24) | (b << 16) | (c << 8) | d;

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
