import type { Extras, JsonObject, Message, Part } from "#lib/gateway/conversation";
import { invalid, optional, requireList, requireObject, requireText } from "#lib/gateway/dialects/read";
import { readContent, readOutput } from "./decode-content.ts";
import { generatedImageOf } from "./generated-image.ts";
import { extrasOf, OWN } from "./own.ts";
import { reasoningPartsOf } from "./reasoning.ts";

/** What one item says, before items of one turn are joined into a message. */
type Piece = {
  readonly role: Message["role"];
  readonly parts: readonly Part[];
  readonly extras?: Extras;
  readonly isMessage: boolean;
};

/** A message that grows by the items of its turn. */
type Joined = { readonly role: Message["role"]; readonly parts: Part[]; extras?: Extras; isMessage: boolean };

const ROLES = ["user", "assistant", "system", "developer"] as const;

// Ids and states of items are the origin's bookkeeping: an upstream that stores nothing has no use for them.
const MESSAGE_FIELDS = new Set(["type", "role", "content", "id", "status"]);
const CALL_FIELDS = new Set(["type", "id", "status", "call_id", "name", "arguments", "input", "namespace"]);
const RESULT_FIELDS = new Set(["type", "id", "status", "call_id", "name", "output"]);

/** Reads `input`: one text of the user, or items, of which those of one turn become one message. */
export function readInput(input: unknown): readonly Message[] {
  if (typeof input === "string") return [{ role: "user", parts: [{ kind: "text", text: input }] }];
  const pieces = requireList(input, "input").map((item, at) =>
    readItem(requireObject(item, `input.${at}`), `input.${at}`),
  );
  return join(pieces.filter(({ parts, isMessage }) => isMessage || parts.length > 0));
}

function join(pieces: readonly Piece[]): readonly Message[] {
  const joined: Joined[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last && isOneTurn(last, piece)) {
      for (const part of piece.parts) last.parts.push(part);
      last.extras ??= piece.extras;
      last.isMessage ||= piece.isMessage;
    } else joined.push({ ...piece, parts: [...piece.parts] });
  }
  return joined.map(({ role, parts, extras }) => ({ role, parts, ...(extras ? { extras } : {}) }));
}

/** Results of one turn stand together, and so does all an assistant gives, but for messages marked otherwise (`phase`). */
function isOneTurn(last: Joined, next: Piece): boolean {
  if (last.role !== next.role) return false;
  if (last.role !== "assistant") return last.role === "tool";
  const areBothMessages = last.isMessage && next.isMessage;
  return !areBothMessages || JSON.stringify(last.extras) === JSON.stringify(next.extras);
}

function readItem(item: JsonObject, path: string): Piece {
  const type = optional(item.type, `${path}.type`, requireText) ?? (item.role === undefined ? undefined : "message");
  switch (type) {
    case "message":
      return readMessage(item, path);
    case "reasoning":
      return ofAssistant(readReasoning(item, path));
    case "function_call":
      return ofAssistant([readCall(item, path, "arguments")]);
    case "custom_tool_call":
      return ofAssistant([{ ...readCall(item, path, "input"), isCustom: true }]);
    case "function_call_output":
      return ofTool(readResult(item, path));
    case "custom_tool_call_output":
      return ofTool({ ...readResult(item, path), isCustom: true });
    case "image_generation_call":
      return ofAssistant([generatedImageOf(item) ?? foreign(item)]);
    default:
      return isAnswer(type) ? ofTool(foreign(item)) : ofAssistant([foreign(item)]);
  }
}

const ofAssistant = (parts: readonly Part[]): Piece => ({ role: "assistant", parts, isMessage: false });
const ofTool = (part: Part): Piece => ({ role: "tool", parts: [part], isMessage: false });
const foreign = (value: JsonObject): Part => ({ kind: "foreign", dialect: OWN, value });

/** Items that answer a call of the model, as their names tell. */
const isAnswer = (type: string | undefined) => type?.endsWith("_output") || type === "mcp_approval_response";

function readMessage(item: JsonObject, path: string): Piece {
  const role = ROLES.find((known) => known === item.role);
  if (role === undefined) throw invalid(`${path}.role`, `must be one of ${ROLES.join(", ")}.`);
  const extras = extrasOf(item, MESSAGE_FIELDS);
  const parts = readContent(item.content, `${path}.content`, role);
  return { role, parts, isMessage: true, ...(extras ? { extras } : {}) };
}

function readReasoning(item: JsonObject, path: string): readonly Part[] {
  optional(item.summary, `${path}.summary`, requireList);
  optional(item.content, `${path}.content`, requireList);
  optional(item.encrypted_content, `${path}.encrypted_content`, requireText);
  return reasoningPartsOf(item);
}

function readCall(item: JsonObject, path: string, field: "arguments" | "input") {
  const extras = extrasOf(item, CALL_FIELDS);
  const namespace = optional(item.namespace, `${path}.namespace`, requireText);
  return {
    kind: "tool-call",
    id: requireText(item.call_id, `${path}.call_id`),
    name: requireText(item.name, `${path}.name`),
    input: requireText(item[field], `${path}.${field}`),
    ...(namespace === undefined ? {} : { namespace }),
    ...(extras ? { extras } : {}),
  } as const;
}

function readResult(item: JsonObject, path: string) {
  const extras = extrasOf(item, RESULT_FIELDS);
  const name = optional(item.name, `${path}.name`, requireText);
  return {
    kind: "tool-result",
    callId: requireText(item.call_id, `${path}.call_id`),
    content: readOutput(item.output, `${path}.output`),
    ...(name === undefined ? {} : { name }),
    ...(extras ? { extras } : {}),
  } as const;
}
