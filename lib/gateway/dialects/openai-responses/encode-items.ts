import type {
  Json,
  JsonObject,
  Message,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
} from "#lib/gateway/conversation";
import { defined } from "#lib/gateway/dialects/read";
import { writeInput, writeOutput, writeSaid } from "./encode-content.ts";
import { generatedImageItem } from "./generated-image.ts";
import { ownFields } from "./own.ts";
import { writeThoughts } from "./reasoning.ts";
import { canHint, isSendable, takesBreakpoints } from "./request-losses.ts";

/** Content joins with its neighbours to a message; an item stands alone. */
type Piece = { readonly isContent: boolean; readonly value: JsonObject };

/** Writes a message as the items it comes to, in the order of its parts. */
export function itemsOf(message: Message, model: string): readonly JsonObject[] {
  const pieces = message.parts.flatMap((part) => pieceOf(part, message.role, model) ?? []);
  const items: JsonObject[] = [];
  let content: JsonObject[] = [];
  const flush = () => {
    if (content.length > 0) items.push(messageItem(message, content));
    content = [];
  };
  for (const { isContent, value } of pieces) {
    if (isContent) content.push(value);
    else {
      flush();
      items.push(value);
    }
  }
  flush();
  return items;
}

const messageItem = ({ role, extras }: Message, content: readonly JsonObject[]): JsonObject => ({
  type: "message",
  role: role === "tool" ? "user" : role,
  content: role === "assistant" ? saidOf(content) : content,
  ...ownFields(extras),
});

/** By OpenAI's specification an assistant's list is that of an answer, with its id and status; one text needs neither. */
function saidOf(content: readonly JsonObject[]): Json {
  const [first] = content;
  const isPlain = content.length === 1 && first?.type === "output_text" && Object.keys(first).length === 2;
  return isPlain && typeof first.text === "string" ? first.text : content;
}

function pieceOf(part: Part, role: Message["role"], model: string): Piece | undefined {
  if (!isSendable(part, role)) return undefined;
  const item = itemOf(part, role, model);
  if (item) return { isContent: false, value: item };
  const isSaid = role === "assistant" && (part.kind === "text" || part.kind === "refusal");
  const value = isSaid ? writeSaid(part) : writeInput(part, canHint(part, { role, model }));
  return value && { isContent: true, value };
}

function itemOf(part: Part, role: Message["role"], model: string): JsonObject | undefined {
  switch (part.kind) {
    case "reasoning":
      return writeReasoning(part);
    case "tool-call":
      return writeCall(part);
    case "tool-result":
      return writeResult(part, model);
    case "foreign":
      return role === "assistant" || role === "tool" ? part.value : undefined;
    case "image":
      return role === "assistant" ? generatedImageItem(part, undefined) : undefined;
    default:
      return undefined;
  }
}

/** The proof is enough: an id would be looked up among stored items, and nothing is stored. */
const writeReasoning = (part: ReasoningPart): JsonObject =>
  defined({ type: "reasoning", ...writeThoughts(part), encrypted_content: part.signature?.value });

const writeCall = ({ id, name, namespace, input, isCustom, extras }: ToolCallPart): JsonObject => ({
  type: isCustom ? "custom_tool_call" : "function_call",
  call_id: id,
  name,
  ...(namespace === undefined ? {} : { namespace }),
  [isCustom ? "input" : "arguments"]: input,
  ...ownFields(extras),
});

function writeResult({ callId, content, structured, isCustom, extras }: ToolResultPart, model: string): JsonObject {
  const isStructuredOnly = content.length === 0 && structured !== undefined;
  return {
    type: isCustom ? "custom_tool_call_output" : "function_call_output",
    call_id: callId,
    output: isStructuredOnly ? JSON.stringify(structured) : writeOutput(content, takesBreakpoints(model)),
    ...ownFields(extras),
  };
}
