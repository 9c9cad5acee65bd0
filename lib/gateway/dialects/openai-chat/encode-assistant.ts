import type { AudioPart, JsonObject, Message, Part, ReasoningPart, ToolCallPart } from "#lib/gateway/conversation";
import { defined } from "../read.ts";
import { contentOf, encodePart, reportHint } from "./encode-part.ts";
import { withExtras } from "./extras.ts";
import type { LossReport } from "./loss-report.ts";
import { writeReasoning } from "./reasoning.ts";
import { writeToolCall } from "./write-tool-call.ts";

const DIALECT = "openai-chat";

export type Telling = { readonly takesReasoning: boolean; readonly report: LossReport };

type Turn = {
  readonly content: JsonObject[];
  readonly thoughts: ReasoningPart[];
  readonly calls: JsonObject[];
  audioId?: string;
};

/** Writes an assistant's message of the history. */
export function encodeAssistant(message: Message, path: string, telling: Telling): JsonObject {
  const turn: Turn = { content: [], thoughts: [], calls: [] };
  for (const [index, part] of message.parts.entries())
    takePart(turn, part, { path: `${path}.parts.${index}`, ...telling });
  const { content, thoughts, calls, audioId } = turn;
  const isSilent = content.length === 0 && (calls.length > 0 || audioId !== undefined);
  const encoded = defined({
    role: "assistant",
    content: isSilent ? null : contentOf(content),
    name: message.name,
    ...(thoughts.length === 0 && calls.length > 0 && telling.takesReasoning ? NO_THOUGHTS : encodeThoughts(thoughts)),
    audio: audioId === undefined ? undefined : { id: audioId },
    tool_calls: calls.length === 0 ? undefined : calls,
  });
  return withExtras(encoded, message.extras);
}

/** DeepSeek and Moonshot, while they think, refuse a call in the history that comes without thoughts. */
const NO_THOUGHTS: JsonObject = { reasoning_content: "" };

/** `reasoning_details` goes to those only who gave proofs in it; the others know `reasoning_content`. */
function encodeThoughts(thoughts: readonly ReasoningPart[]): JsonObject {
  if (thoughts.some(({ signature }) => signature !== undefined)) return writeReasoning(thoughts);
  const text = thoughts.map((thought) => thought.text).join("");
  return text === "" ? {} : { reasoning_content: text };
}

type Place = Telling & { readonly path: string };

function takePart(turn: Turn, part: Part, place: Place): void {
  switch (part.kind) {
    case "reasoning":
      takeThought(turn, part, place);
      return;
    case "tool-call":
      reportHint(part, place.path, place.report);
      turn.calls.push(encodeCall(part, place));
      return;
    case "audio":
      takeAudio(turn, part, place);
      return;
    case "text":
    case "refusal":
    case "foreign":
      takeContent(turn, part, place);
      return;
    default:
      // An assistant's message holds no image and no file.
      place.report.meaning(place.path);
  }
}

function takeContent(turn: Turn, part: Part, { path, report }: Place): void {
  const encoded = encodePart(part, path, report);
  if (encoded !== undefined) turn.content.push(encoded);
}

/** Thoughts go to those who take them, and proofs to where they came from. */
function takeThought(turn: Turn, part: ReasoningPart, { path, takesReasoning, report }: Place): void {
  const { signature, ...unsigned } = part;
  const isForeign = signature !== undefined && signature.origin !== DIALECT;
  if (!takesReasoning || (isForeign && part.text === "")) {
    report.harmless(path);
    return;
  }
  if (isForeign) report.harmless(`${path}.signature`);
  turn.thoughts.push(isForeign ? unsigned : part);
}

function takeAudio(turn: Turn, part: AudioPart, { path, report }: Place): void {
  if (part.id === undefined) report.meaning(path);
  else turn.audioId = part.id;
}

function encodeCall(part: ToolCallPart, { path, takesReasoning, report }: Place): JsonObject {
  const { signature } = part;
  const isTaken = takesReasoning && signature?.origin === "gemini";
  if (signature !== undefined && !isTaken) report.harmless(`${path}.signature`);
  return withExtras(writeToolCall(isTaken ? part : { ...part, signature: undefined }), part.extras);
}
