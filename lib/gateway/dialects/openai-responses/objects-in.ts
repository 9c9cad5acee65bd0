import type { JsonObject } from "#lib/gateway/conversation";
import { listIn, objectIn } from "#lib/gateway/dialects/read";

/** Gives the objects of a list; what is none is not there. */
export const objectsIn = (value: unknown): readonly JsonObject[] =>
  listIn(value)
    .map(objectIn)
    .filter((entry) => entry !== undefined);
