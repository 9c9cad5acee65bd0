import type { JsonObject, Message, Part, ToolResultPart } from "#lib/gateway/conversation";
import { invalid, optional, requireList, requireObject, requireText } from "../read.ts";
import { readCitations } from "./citations.ts";
import { decodeContent, decodePart, decodeResultPart, decodeTextPart } from "./decode-content.ts";
import { decodeToolCall } from "./decode-tool-call.ts";
import { extrasOf } from "./extras.ts";
import { readReasoning } from "./reasoning.ts";

const COMMON: ReadonlySet<string> = new Set(["role", "content", "name"]);
const RESULT: ReadonlySet<string> = new Set(["role", "content", "name", "tool_call_id"]);
const ASSISTANT: ReadonlySet<string> = new Set([
  "role",
  "content",
  "name",
  "refusal",
  "audio",
  "annotations",
  "tool_calls",
  "function_call",
  "reasoning_content",
  "reasoning",
  "reasoning_details",
]);

type Called = { readonly name: string; readonly isCustom: boolean };
/** What the assistant has called so far: a result does not say of which tool it is. */
type Calls = { readonly byId: Map<string, Called>; readonly lastIdOf: Map<string, string> };

/** Reads `messages`. Results that follow one another answer one turn and become one message. */
export function decodeMessages(value: unknown): readonly Message[] {
  const list = requireList(value, "messages");
  if (list.length === 0) throw invalid("messages", "must hold at least one message.");
  const calls: Calls = { byId: new Map(), lastIdOf: new Map() };
  const messages: Message[] = [];
  let results: Part[] | undefined;
  for (const [index, raw] of list.entries()) {
    const path = `messages.${index}`;
    const message = requireObject(raw, path);
    const result = decodeResult(message, path, calls);
    if (result === undefined) {
      messages.push(decodeMessage(message, index, calls));
      results = undefined;
    } else if (results === undefined) {
      results = [result];
      messages.push({ role: "tool", parts: results });
    } else results.push(result);
  }
  return messages;
}

function decodeResult(message: JsonObject, path: string, calls: Calls): ToolResultPart | undefined {
  if (message.role === "function") return decodeFunctionResult(message, path, calls);
  if (message.role !== "tool") return undefined;
  const callId = requireText(message.tool_call_id, `${path}.tool_call_id`);
  const called = calls.byId.get(callId);
  return {
    kind: "tool-result",
    callId,
    name: optional(message.name, `${path}.name`, requireText) ?? called?.name,
    content: decodeContent(message.content, `${path}.content`, decodeResultPart),
    extras: extrasOf(message, RESULT),
    ...(called?.isCustom ? { isCustom: true } : {}),
  };
}

/** The legacy `function` message answers the last call of its name. */
function decodeFunctionResult(message: JsonObject, path: string, calls: Calls): ToolResultPart {
  const name = requireText(message.name, `${path}.name`);
  const callId = calls.lastIdOf.get(name);
  if (callId === undefined) throw invalid(`${path}.name`, "answers no function call.");
  const content = message.content === null ? [] : decodeContent(message.content, `${path}.content`, decodeTextPart);
  return { kind: "tool-result", callId, name, content, extras: extrasOf(message, RESULT) };
}

function decodeMessage(message: JsonObject, index: number, calls: Calls): Message {
  const path = `messages.${index}`;
  const { role } = message;
  const name = optional(message.name, `${path}.name`, requireText);
  switch (role) {
    case "system":
    case "developer":
      return { role, parts: contentOf(message, path, decodeTextPart), name, extras: extrasOf(message, COMMON) };
    case "user":
      return { role, parts: contentOf(message, path, decodePart), name, extras: extrasOf(message, COMMON) };
    case "assistant":
      return { role, parts: assistantParts(message, index, calls), name, extras: extrasOf(message, ASSISTANT) };
    default:
      throw invalid(`${path}.role`, "must be one of system, developer, user, assistant, tool, function.");
  }
}

const contentOf = <P>(message: JsonObject, path: string, read: (part: JsonObject, path: string) => P) =>
  decodeContent(message.content, `${path}.content`, read);

function assistantParts(message: JsonObject, index: number, calls: Calls): readonly Part[] {
  const path = `messages.${index}`;
  const called = [...toolCallsOf(message, path), ...functionCallOf(message, index)];
  for (const { id, name, isCustom = false } of called) {
    calls.byId.set(id, { name, isCustom });
    calls.lastIdOf.set(name, id);
  }
  optional(message.reasoning_content, `${path}.reasoning_content`, requireText);
  optional(message.reasoning_details, `${path}.reasoning_details`, requireList);
  return [
    ...readReasoning(message),
    ...saidOf(message, path),
    ...refusalOf(message, path),
    ...audioOf(message, path),
    ...called,
  ];
}

/** Empty content beside tool calls says nothing. */
function saidOf(message: JsonObject, path: string): readonly Part[] {
  if (message.content === undefined || message.content === null || message.content === "") return [];
  const parts = decodeContent(message.content, `${path}.content`, decodePart);
  const citations = readCitations(message.annotations);
  const cited = parts.findIndex(({ kind }) => kind === "text");
  if (citations.length === 0) return parts;
  return parts.map((part, at) => (at === cited && part.kind === "text" ? { ...part, citations } : part));
}

function refusalOf(message: JsonObject, path: string): readonly Part[] {
  const text = optional(message.refusal, `${path}.refusal`, requireText);
  return text === undefined || text === "" ? [] : [{ kind: "refusal", text }];
}

/** An assistant's audio in the history is named only; it lies at the provider. */
function audioOf(message: JsonObject, path: string): readonly Part[] {
  const audio = optional(message.audio, `${path}.audio`, requireObject);
  if (audio === undefined) return [];
  return [{ kind: "audio", format: "", base64: "", id: requireText(audio.id, `${path}.audio.id`) }];
}

const toolCallsOf = (message: JsonObject, path: string) =>
  (optional(message.tool_calls, `${path}.tool_calls`, requireList) ?? []).map((call, index) =>
    decodeToolCall(call, `${path}.tool_calls.${index}`),
  );

/** The legacy `function_call` has no id: the place of its message names it. */
function functionCallOf(message: JsonObject, index: number) {
  const path = `messages.${index}.function_call`;
  const call = optional(message.function_call, path, requireObject);
  return call === undefined ? [] : [decodeToolCall({ id: `call_function_${index}`, function: call }, path)];
}
