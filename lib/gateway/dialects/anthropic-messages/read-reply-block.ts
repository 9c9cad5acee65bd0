import type { JsonObject, Part, ReasoningPart, TextPart } from "#lib/gateway/conversation";
import { readSignature } from "#lib/gateway/dialects/foreign-signature";
import { listIn, objectIn, textIn } from "#lib/gateway/dialects/read";
import { readCitation } from "./citations.ts";
import { extrasOf, foreignOf, OWN } from "./extras.ts";

/** Reads one content block of an answer. What no other dialect has, or makes no sense here, stays as it is. */
export function readReplyBlock(block: JsonObject, mintId: () => string): Part {
  switch (block.type) {
    case "text":
      return readText(block) ?? foreignOf(block);
    case "thinking":
      return readThinking(block) ?? foreignOf(block);
    case "redacted_thinking":
      return readRedacted(block) ?? foreignOf(block);
    case "tool_use":
      return readToolUse(block, mintId) ?? foreignOf(block);
    default:
      return foreignOf(block);
  }
}

const TEXT = new Set(["type", "text", "citations"]);

function readText(block: JsonObject): TextPart | undefined {
  const text = textIn(block.text);
  if (text === undefined) return undefined;
  const found = listIn(block.citations).map(objectIn);
  const citations = found.filter((citation) => citation !== undefined).map(readCitation);
  return { kind: "text", text, citations: citations.length > 0 ? citations : undefined, extras: extrasOf(block, TEXT) };
}

function readThinking(block: JsonObject): ReasoningPart | undefined {
  const text = textIn(block.thinking);
  if (text === undefined) return undefined;
  const proof = textIn(block.signature);
  return { kind: "reasoning", form: "full", text, signature: proof ? readSignature(proof, OWN) : undefined };
}

export function readRedacted(block: JsonObject): ReasoningPart | undefined {
  const data = textIn(block.data);
  if (data === undefined) return undefined;
  return { kind: "reasoning", form: "full", text: "", isRedacted: true, signature: readSignature(data, OWN) };
}

const TOOL_USE = new Set(["type", "id", "name", "input"]);

function readToolUse(block: JsonObject, mintId: () => string): Part | undefined {
  const name = textIn(block.name);
  if (name === undefined) return undefined;
  const input = JSON.stringify(objectIn(block.input) ?? {});
  return { kind: "tool-call", id: textIn(block.id) ?? mintId(), name, input, extras: extrasOf(block, TOOL_USE) };
}
