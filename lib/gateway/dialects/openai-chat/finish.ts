import type { Finish, FinishKind } from "#lib/gateway/reply";

const DIALECT = "openai-chat";

/** `model_length` and `error` are Mistral's; `function_call` is the legacy word for `tool_calls`. */
const KINDS: ReadonlyMap<string, FinishKind> = new Map([
  ["stop", "stop"],
  ["length", "length"],
  ["tool_calls", "tool-calls"],
  ["function_call", "tool-calls"],
  ["content_filter", "content-filter"],
  ["model_length", "length"],
  ["error", "error"],
]);

const WORDS: Readonly<Record<FinishKind, string>> = {
  stop: "stop",
  "stop-sequence": "stop",
  length: "length",
  "tool-calls": "tool_calls",
  "content-filter": "content_filter",
  refusal: "content_filter",
  pause: "stop",
  error: "stop",
  other: "stop",
};

/** Reads a `finish_reason`. OpenAI answers `stop` where a named function was forced: tools called are tool calls. */
export function readFinish(word: string | undefined, hasTools: boolean): Finish {
  if (word === undefined) return { kind: hasTools ? "tool-calls" : "other" };
  if (word === "function_call" || (word === "stop" && hasTools)) return { kind: "tool-calls" };
  const kind = KINDS.get(word) ?? "other";
  return WORDS[kind] === word ? { kind } : { kind, raw: { dialect: DIALECT, value: word } };
}

type Spoken = {
  readonly hasTools: boolean;
  /** Whether the caller speaks of `functions`, as before tools. */
  readonly isLegacy: boolean;
};

/** Writes a `finish_reason`. */
export function writeFinish(finish: Finish, { hasTools, isLegacy }: Spoken): string {
  const word = finish.raw?.dialect === DIALECT ? finish.raw.value : WORDS[finish.kind];
  const called = hasTools && word === "stop" ? "tool_calls" : word;
  return isLegacy && called === "tool_calls" ? "function_call" : called;
}
