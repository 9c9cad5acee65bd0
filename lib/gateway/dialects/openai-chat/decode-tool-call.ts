import type { JsonObject, Signature, ToolCallPart } from "#lib/gateway/conversation";
import { readSignature } from "../foreign-signature.ts";
import { invalid, objectIn, requireObject, requireText, textIn } from "../read.ts";
import { nestedExtrasOf } from "./extras.ts";

const UNSIGNED: ReadonlySet<string> = new Set(["id", "type", "index", "function", "custom"]);
const SIGNED: ReadonlySet<string> = new Set([...UNSIGNED, "extra_content"]);
const FUNCTION = { name: "function", known: new Set(["name", "arguments"]) };
const CUSTOM = { name: "custom", known: new Set(["name", "input"]) };

/** Reads one of an assistant's `tool_calls`. */
export function decodeToolCall(value: unknown, path: string): ToolCallPart {
  const call = requireObject(value, path);
  const id = requireText(call.id, `${path}.id`);
  const signature = readCallSignature(call);
  const known = signature === undefined ? UNSIGNED : SIGNED;
  if (call.type === "custom") {
    const custom = requireObject(call.custom, `${path}.custom`);
    const name = requireText(custom.name, `${path}.custom.name`);
    const input = requireText(custom.input, `${path}.custom.input`);
    return {
      kind: "tool-call",
      id,
      name,
      input,
      isCustom: true,
      signature,
      extras: nestedExtrasOf(call, known, CUSTOM),
    };
  }
  if (call.type !== undefined && call.type !== "function") {
    throw invalid(`${path}.type`, "must be `function` or `custom`.");
  }
  const named = requireObject(call.function, `${path}.function`);
  const name = requireText(named.name, `${path}.function.name`);
  const input = requireText(named.arguments, `${path}.function.arguments`);
  return { kind: "tool-call", id, name, input, signature, extras: nestedExtrasOf(call, known, FUNCTION) };
}

/** Gives Gemini's proof of a tool call, where its OpenAI-compatible service puts it. */
export function readCallSignature(call: JsonObject): Signature | undefined {
  const proof = textIn(objectIn(objectIn(call.extra_content)?.google)?.thought_signature);
  return proof === undefined || proof === "" ? undefined : readSignature(proof, "gemini");
}
