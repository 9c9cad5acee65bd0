import { createHmac, timingSafeEqual } from "node:crypto";

/** HMAC-SHA-256 of a whole API key under the server's pepper: what is stored instead of the key. */
export const hashKey = (secret: string, pepper: string) => createHmac("sha256", pepper).update(secret).digest();

/** Compares two digests in constant time; different lengths are unequal. */
export const digestsEqual = (left: Uint8Array, right: Uint8Array) =>
  left.length === right.length && timingSafeEqual(left, right);
