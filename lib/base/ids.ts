import { v7 } from "uuid";

/** A UUIDv7 minted by us at admission. Callers' ids never take its place. */
export type RequestId = string & { readonly __requestId: true };

/** Gives a fresh UUIDv7, ordered by time. `ms` overrides the clock (Unix milliseconds). */
export const newId = (ms?: number): string => (ms === undefined ? v7() : v7({ msecs: ms }));

/** Gives the id of a request admitted at `ms` (Unix milliseconds, database time). */
export function newRequestId(ms: number): RequestId {
  const time = Math.floor(ms).toString(16).padStart(12, "0");
  const random = nextRandom();
  // RFC 9562, 5.7: 48 bits of time, version 7, 12 random bits, variant 10, 62 random bits.
  const variant = VARIANTS[Number.parseInt(random.charAt(3), 16) & 3];
  const head = `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}`;
  return `${head}-${random.slice(7, 19)}` as RequestId;
}

const VARIANTS = ["8", "9", "a", "b"];
const RANDOM_DIGITS = 20;
const IDS_AHEAD = 256;
const pool = new Uint8Array((IDS_AHEAD * RANDOM_DIGITS) / 2);
let digits = "";
let taken = 0;

/** Twenty fresh random hexadecimal digits. Drawn for many ids at once: a call into the system for each would cost more than all of routing. */
function nextRandom(): string {
  if (taken === digits.length) {
    digits = Buffer.from(crypto.getRandomValues(pool)).toString("hex");
    taken = 0;
  }
  taken += RANDOM_DIGITS;
  return digits.slice(taken - RANDOM_DIGITS, taken);
}

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the text form of a UUID, so that an id from outside never reaches SQL unread. */
export const isUuid = (text: string) => UUID_PATTERN.test(text);
