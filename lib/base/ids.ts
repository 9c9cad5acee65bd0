import { v7 } from "uuid";

/** A UUIDv7 minted by us at admission. Callers' ids never take its place. */
export type RequestId = string & { readonly __requestId: true };

/** Gives a fresh UUIDv7, ordered by time. `ms` overrides the clock (Unix milliseconds). */
export const newId = (ms?: number): string => (ms === undefined ? v7() : v7({ msecs: ms }));

/**
 * Gives the id of a request admitted at `ms` (Unix milliseconds, database time). A UUIDv7 is a UUIDv4 with the time in the place
 * of its first 48 bits and another version (RFC 9562, 5.4 and 5.7); Node draws the randomness of many of those at once.
 */
export const newRequestId = (ms: number): RequestId =>
  `${timeText(Math.floor(ms))}-7${crypto.randomUUID().slice(15)}` as RequestId;

let timeMs = -1;
let writtenTime = "";

/** Written once a millisecond. */
function timeText(ms: number): string {
  if (ms === timeMs) return writtenTime;
  const hex = ms.toString(16).padStart(12, "0");
  timeMs = ms;
  writtenTime = `${hex.slice(0, 8)}-${hex.slice(8)}`;
  return writtenTime;
}

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the text form of a UUID, so that an id from outside never reaches SQL unread. */
export const isUuid = (text: string) => UUID_PATTERN.test(text);
