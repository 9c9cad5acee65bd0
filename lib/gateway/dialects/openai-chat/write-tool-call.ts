import type { JsonObject, Signature, ToolCallPart } from "#lib/gateway/conversation";
import { writeSignature } from "../foreign-signature.ts";

type Called = Pick<ToolCallPart, "id" | "name" | "input" | "isCustom" | "signature">;

/** Writes a tool call, Gemini's proof of it where its OpenAI-compatible service puts it. */
export function writeToolCall({ id, name, input, isCustom, signature }: Called): JsonObject {
  const called: JsonObject = isCustom
    ? { id, type: "custom", custom: { name, input } }
    : { id, type: "function", function: { name, arguments: input } };
  return signature === undefined ? called : { ...called, ...writeCallSignature(signature) };
}

/** Writes the proof of a tool call. */
export const writeCallSignature = (signature: Signature): JsonObject => ({
  extra_content: { google: { thought_signature: writeSignature(signature, "gemini") } },
});
