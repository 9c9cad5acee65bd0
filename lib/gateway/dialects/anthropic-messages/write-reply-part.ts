import type { JsonObject, Part, ReasoningPart, Signature, TextPart, ToolCallPart } from "#lib/gateway/conversation";
import { writeSignature } from "#lib/gateway/dialects/foreign-signature";
import { defined } from "#lib/gateway/dialects/read";
import { writeCitation } from "./citations.ts";
import { OWN, withExtras } from "./extras.ts";
import { blocks, harmless, meaning, nothing, type Written } from "./loss.ts";
import { inputObjectOf, rawInput } from "./tool-input.ts";

/** Writes one part of an answer for a caller. */
export function writeReplyPart(part: Part, path: string): Written {
  switch (part.kind) {
    case "text":
      return writeText(part, path);
    case "refusal":
      return writeText({ kind: "text", text: part.text }, path);
    case "reasoning":
      return writeReasoning(part);
    case "tool-call":
      return blocks(...proofsOf(part), writeToolCall(part));
    case "foreign":
      return part.dialect === OWN ? blocks(part.value) : nothing(meaning(path));
    case "image":
    case "audio":
    case "file":
    case "tool-result":
      return nothing(meaning(path));
  }
}

function writeText(part: TextPart, path: string): Written {
  const written = part.citations?.map(writeCitation) ?? [];
  const citations = written.filter((citation) => citation !== undefined);
  const losses = citations.length < written.length ? [harmless(`${path}.citations`)] : [];
  if (part.text === "" && citations.length === 0) return { blocks: proofsOf(part), losses };
  const block = defined({ type: "text", text: part.text, citations: citations.length > 0 ? citations : undefined });
  return { blocks: [...proofsOf(part), withExtras(block, part.extras)], losses };
}

/** A proof that sits on a text or a call stands before it as a block of its own, so that the caller gives it back. */
const proofsOf = ({ signature }: TextPart | ToolCallPart): readonly JsonObject[] =>
  signature ? [redactedBlock(signature)] : [];

export const redactedBlock = (signature: Signature): JsonObject => ({
  type: "redacted_thinking",
  data: writeSignature(signature, OWN),
});

/** Whether a proof without thoughts is said as `redacted_thinking`; our own says so itself. */
export const isProofOnly = ({ signature, isRedacted }: Pick<ReasoningPart, "signature" | "isRedacted">): boolean =>
  signature !== undefined && (isRedacted === true || signature.origin !== OWN);

function writeReasoning(part: ReasoningPart): Written {
  const { text, signature } = part;
  if (text === "" && signature === undefined) return nothing();
  if (text === "" && signature && isProofOnly(part)) return blocks(redactedBlock(signature));
  const proof = signature ? writeSignature(signature, OWN) : "";
  return blocks({ type: "thinking", thinking: text, signature: proof });
}

const writeToolCall = ({ id, name, input, extras }: ToolCallPart): JsonObject =>
  withExtras({ type: "tool_use", id, name, input: inputObjectOf(input) ?? rawInput(input) }, extras);
