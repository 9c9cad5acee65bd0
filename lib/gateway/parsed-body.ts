import type { Call } from "./call.ts";
import type { JsonObject } from "./conversation.ts";
import { objectIn } from "./dialects/read.ts";
import { parseAround } from "./json-exact.ts";

const PARSED = new WeakMap<Uint8Array, JsonObject>();

/**
 * Gives the caller's body as a value, every number as it was written. Only a call that is translated needs it; it is
 * parsed once. Refuses with `too_complex`.
 */
export function parsedBody({ bytes, members }: Pick<Call, "bytes" | "members">): JsonObject {
  const known = PARSED.get(bytes);
  if (known !== undefined) return known;
  const longNumbers = members.flatMap((member) => member.longNumbers ?? NONE);
  const parsed = objectIn(parseAround(bytes, longNumbers)) ?? {};
  PARSED.set(bytes, parsed);
  return parsed;
}

const NONE: readonly never[] = [];
