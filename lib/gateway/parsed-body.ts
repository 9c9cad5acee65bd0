import type { Call } from "./call.ts";
import type { JsonObject } from "./conversation.ts";
import { objectIn } from "./dialects/read.ts";
import { type LongText, parseAround } from "./json-exact.ts";
import { oncePerBody } from "./once-per-body.ts";

type Body = Pick<Call, "bytes" | "members">;

const read = oncePerBody(({ bytes, members }: Body) => parseAround(bytes, members));

/**
 * Gives the caller's body as a value, every number as it was written. Only a call that is translated needs it; it is
 * parsed once. Refuses with `too_complex`.
 */
export const parsedBody = (body: Body): JsonObject => objectIn(read(body).json) ?? {};

/** Gives the long texts of that value in their order. */
export const longTextsOf = (body: Body): readonly LongText[] => read(body).texts;
