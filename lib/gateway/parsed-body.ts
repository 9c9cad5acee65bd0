import type { Call } from "./call.ts";
import type { JsonObject } from "./conversation.ts";
import { objectIn } from "./dialects/read.ts";
import { parseExact } from "./json-exact.ts";
import { textOf } from "./json-scan.ts";

/** Gives the caller's body as a value, every number as it was written. Only a call that is translated needs it. */
export const parsedBody = ({ bytes }: Pick<Call, "bytes">): JsonObject =>
  objectIn(parseExact(textOf(bytes).replace(/^\uFEFF/, ""))) ?? {};
