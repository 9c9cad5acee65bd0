import type { Call } from "./call.ts";
import type { JsonObject } from "./conversation.ts";
import { objectIn } from "./dialects/read.ts";
import { parseAround } from "./json-exact.ts";
import { oncePerBody } from "./once-per-body.ts";

const NONE: readonly never[] = [];

/**
 * Gives the caller's body as a value, every number as it was written. Only a call that is translated needs it; it is
 * parsed once. Refuses with `too_complex`.
 */
export const parsedBody = oncePerBody(({ bytes, members }: Pick<Call, "bytes" | "members">): JsonObject => {
  const longNumbers = members.flatMap((member) => member.longNumbers ?? NONE);
  return objectIn(parseAround(bytes, longNumbers)) ?? {};
});
