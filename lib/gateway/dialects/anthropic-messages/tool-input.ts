import type { JsonObject } from "#lib/gateway/conversation";
import { objectIn } from "#lib/gateway/dialects/read";
import { parseExact } from "#lib/gateway/json-exact";

/** Gives a tool call's JSON text as the object this dialect carries; nothing where it is not the text of one. */
export function inputObjectOf(text: string): JsonObject | undefined {
  if (text === "") return {};
  try {
    return objectIn(parseExact(text));
  } catch {
    return undefined;
  }
}

/** What stands for a tool input that is not a JSON object. */
export const rawInput = (text: string): JsonObject => ({ _raw: text });
