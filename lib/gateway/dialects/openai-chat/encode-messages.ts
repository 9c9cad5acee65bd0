import type { FilePart, ImagePart, JsonObject, Message, ToolResultPart } from "#lib/gateway/conversation";
import { defined } from "../read.ts";
import { encodeAssistant, type Telling } from "./encode-assistant.ts";
import { contentOf, encodePart, encodeText, reportHint } from "./encode-part.ts";
import { withExtras } from "./extras.ts";

/** Writes the messages of a conversation. */
export function encodeMessages(messages: readonly Message[], telling: Telling): readonly JsonObject[] {
  const encoded: JsonObject[] = [];
  let shown: JsonObject[] = [];
  const show = () => {
    if (shown.length > 0) encoded.push({ role: "user", content: shown });
    shown = [];
  };
  for (const [index, message] of messages.entries()) {
    const path = `messages.${index}`;
    if (message.role === "tool") {
      const results = encodeResults(message, path, telling);
      encoded.push(...results.messages);
      shown.push(...results.shown);
      continue;
    }
    show();
    encoded.push(
      message.role === "assistant" ? encodeAssistant(message, path, telling) : encodePlain(message, path, telling),
    );
  }
  show();
  return encoded;
}

function encodePlain(message: Message, path: string, { report }: Telling): JsonObject {
  const parts = message.parts.map((part, index) => encodePart(part, `${path}.parts.${index}`, report));
  const encoded = defined({
    role: message.role,
    content: contentOf(parts.filter((part) => part !== undefined)),
    name: message.name,
  });
  return withExtras(encoded, message.extras);
}

type Results = { readonly messages: readonly JsonObject[]; readonly shown: readonly JsonObject[] };

function encodeResults(message: Message, path: string, telling: Telling): Results {
  const messages: JsonObject[] = [];
  const shown: JsonObject[] = [];
  for (const [index, part] of message.parts.entries()) {
    const at = `${path}.parts.${index}`;
    if (part.kind !== "tool-result") {
      telling.report.meaning(at);
      continue;
    }
    const result = encodeResult(part, at, telling);
    messages.push(result.message);
    shown.push(...result.shown);
  }
  return { messages, shown };
}

function encodeResult(part: ToolResultPart, path: string, { report }: Telling) {
  reportHint(part, path, report);
  if (part.isError) report.harmless(`${path}.isError`);
  const texts: JsonObject[] = [];
  const shown: JsonObject[] = [];
  for (const [index, piece] of part.content.entries()) {
    const at = `${path}.content.${index}`;
    if (piece.kind === "text") {
      reportHint(piece, at, report);
      texts.push(encodeText(piece, at, report));
    } else shown.push(...encodeShown(piece, at, report));
  }
  const content =
    texts.length === 0 && part.structured !== undefined ? JSON.stringify(part.structured) : contentOf(texts);
  const message = withExtras({ role: "tool", tool_call_id: part.callId, content }, part.extras);
  return { message, shown: shown.length === 0 ? [] : [labelOf(part), ...shown] };
}

/**
 * A tool's message takes text only: OpenAI refuses an image in it, or passes it over. So images and files follow in a
 * message of the user, with the id of the call they answer.
 */
function encodeShown(piece: ImagePart | FilePart, path: string, report: Telling["report"]): readonly JsonObject[] {
  const encoded = encodePart(piece, path, report);
  if (encoded === undefined) return [];
  report.harmless(path);
  return [encoded];
}

const labelOf = ({ callId }: ToolResultPart): JsonObject => ({ type: "text", text: `Result of tool call ${callId}:` });
