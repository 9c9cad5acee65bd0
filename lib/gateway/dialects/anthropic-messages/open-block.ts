import type { Json, JsonObject } from "#lib/gateway/conversation";
import { readSignature } from "#lib/gateway/dialects/foreign-signature";
import { listIn, objectIn, textIn } from "#lib/gateway/dialects/read";
import { parseExact } from "#lib/gateway/json-exact";
import type { PartOpening, ReplyEvent } from "#lib/gateway/reply";
import { readCitation } from "./citations.ts";
import { foreignOf, OWN } from "./extras.ts";
import { readRedacted } from "./read-reply-block.ts";

/** A content block that is being streamed, told as the events of one part. */
export type OpenBlock = {
  readonly start: () => readonly ReplyEvent[];
  readonly push: (delta: JsonObject) => readonly ReplyEvent[];
  readonly close: () => readonly ReplyEvent[];
};

/** Opens a block as the given part. */
export function openBlock(block: JsonObject, part: number, mintId: () => string): OpenBlock {
  switch (block.type) {
    case "text":
      return openText(block, part);
    case "thinking":
      return openThinking(block, part);
    case "redacted_thinking":
      return openRedacted(block, part);
    case "tool_use":
      return openToolUse(block, part, mintId);
    default:
      return openForeign(block, part);
  }
}

const opened = (part: number, of: PartOpening): ReplyEvent => ({ kind: "part-start", choice: 0, part, of });
const ended = (part: number): ReplyEvent => ({ kind: "part-end", choice: 0, part });
const delta = (part: number, text: string | undefined): readonly ReplyEvent[] =>
  text ? [{ kind: "delta", choice: 0, part, text }] : [];

function openText(block: JsonObject, part: number): OpenBlock {
  const cite = (citation: Json | undefined): readonly ReplyEvent[] => {
    const value = objectIn(citation);
    return value ? [{ kind: "citation", choice: 0, part, citation: readCitation(value) }] : [];
  };
  return {
    start: () => [
      opened(part, { kind: "text" }),
      ...delta(part, textIn(block.text)),
      ...listIn(block.citations).flatMap(cite),
    ],
    push: (change) => (change.type === "citations_delta" ? cite(change.citation) : delta(part, textIn(change.text))),
    close: () => [ended(part)],
  };
}

function openThinking(block: JsonObject, part: number): OpenBlock {
  const sign = (proof: string | undefined): readonly ReplyEvent[] =>
    proof ? [{ kind: "signature", choice: 0, part, signature: readSignature(proof, OWN) }] : [];
  const push = (change: JsonObject) => [...delta(part, textIn(change.thinking)), ...sign(textIn(change.signature))];
  return {
    start: () => [opened(part, { kind: "reasoning", form: "full" }), ...push(block)],
    push,
    close: () => [ended(part)],
  };
}

function openRedacted(block: JsonObject, part: number): OpenBlock {
  const redacted = readRedacted(block);
  if (redacted === undefined) return openForeign(block, part);
  const { form, isRedacted, signature } = redacted;
  return {
    start: () => [opened(part, { kind: "reasoning", form, isRedacted, signature })],
    push: () => [],
    close: () => [ended(part)],
  };
}

function openToolUse(block: JsonObject, part: number, mintId: () => string): OpenBlock {
  const name = textIn(block.name);
  if (name === undefined) return openForeign(block, part);
  let hasInput = false;
  return {
    start: () => [opened(part, { kind: "tool-call", id: textIn(block.id) ?? mintId(), name })],
    push: (change) => {
      const piece = textIn(change.partial_json);
      hasInput ||= Boolean(piece);
      return delta(part, piece);
    },
    // A call without arguments streams none: its input is what the block began with.
    close: () => [...delta(part, hasInput ? undefined : JSON.stringify(objectIn(block.input) ?? {})), ended(part)],
  };
}

/** Others have no deltas for it, so it is told when it is whole. */
function openForeign(block: JsonObject, part: number): OpenBlock {
  let value = block;
  let input = "";
  return {
    start: () => [],
    push: (change) => {
      input += textIn(change.partial_json) ?? "";
      value = grown(value, change);
      return [];
    },
    close: () => [
      opened(part, foreignOf(input === "" ? value : { ...value, input: parsedOrText(input) })),
      ended(part),
    ],
  };
}

/** Adds what a delta of an unknown kind says under the names it uses: text grows, the rest is set. */
function grown(value: JsonObject, { type: _type, partial_json: _json, ...change }: JsonObject): JsonObject {
  const entries = Object.entries(change).map(([name, more]) => {
    const before = value[name];
    return [name, typeof before === "string" && typeof more === "string" ? before + more : more];
  });
  return { ...value, ...Object.fromEntries(entries) };
}

function parsedOrText(text: string): Json {
  try {
    return parseExact(text);
  } catch {
    return text;
  }
}
