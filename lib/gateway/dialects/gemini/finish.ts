import type { Finish, FinishKind } from "#lib/gateway/reply";
import { DIALECT } from "./fields.ts";

const KINDS: ReadonlyMap<string, FinishKind> = new Map([
  ["MAX_TOKENS", "length"],
  ["SAFETY", "content-filter"],
  ["RECITATION", "content-filter"],
  ["BLOCKLIST", "content-filter"],
  ["PROHIBITED_CONTENT", "content-filter"],
  ["SPII", "content-filter"],
  ["IMAGE_SAFETY", "content-filter"],
  ["IMAGE_PROHIBITED_CONTENT", "content-filter"],
  ["IMAGE_RECITATION", "content-filter"],
  ["MALFORMED_FUNCTION_CALL", "error"],
  ["UNEXPECTED_TOOL_CALL", "error"],
  ["TOO_MANY_TOOL_CALLS", "error"],
  ["MALFORMED_RESPONSE", "error"],
  ["MISSING_THOUGHT_SIGNATURE", "error"],
]);

const WORDS: Readonly<Record<FinishKind, string>> = {
  stop: "STOP",
  "stop-sequence": "STOP",
  length: "MAX_TOKENS",
  "tool-calls": "STOP",
  "content-filter": "SAFETY",
  refusal: "SAFETY",
  pause: "STOP",
  error: "OTHER",
  other: "STOP",
};

/** Reads a `finishReason`. Gemini says STOP also where it calls functions. */
export function readFinish(word: string, hasCalls: boolean): Finish {
  if (word === "STOP") return { kind: hasCalls ? "tool-calls" : "stop" };
  const kind = KINDS.get(word) ?? (hasCalls ? "tool-calls" : "other");
  return WORDS[kind] === word ? { kind } : { kind, raw: { dialect: DIALECT, value: word } };
}

/** Writes a finish as Gemini's word for it. */
export const writeFinish = ({ kind, raw }: Finish): string => (raw?.dialect === DIALECT ? raw.value : WORDS[kind]);
