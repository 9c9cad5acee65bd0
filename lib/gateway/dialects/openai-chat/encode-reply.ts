import type { Json, JsonObject, Part, TextPart } from "#lib/gateway/conversation";
import type { Choice, Reply } from "#lib/gateway/reply";
import type { Encoded, ReplyContext } from "../codec.ts";
import { defined } from "../read.ts";
import { writeCitation } from "./citations.ts";
import { withExtras } from "./extras.ts";
import { writeFinish } from "./finish.ts";
import { isLegacyCaller } from "./legacy-caller.ts";
import { writeLogprobs } from "./logprobs.ts";
import { createLossReport, type LossReport } from "./loss-report.ts";
import { imageOf, writeMediaUrl } from "./media.ts";
import { mintReplyId } from "./mint-id.ts";
import { type Thought, writeReasoning } from "./reasoning.ts";
import { writeServiceTier } from "./service-tier.ts";
import { writeUsage } from "./usage.ts";
import { writeAudio } from "./write-audio.ts";
import { writeToolCall } from "./write-tool-call.ts";

/** Writes a whole chat completion. */
export function encodeReply(reply: Reply, context: ReplyContext): Encoded {
  const report = createLossReport();
  const isLegacy = isLegacyCaller(context.request);
  const body = defined({
    id: reply.id || mintReplyId(context.requestId),
    object: "chat.completion",
    created: reply.createdAtS ?? context.createdAtS,
    model: context.model,
    choices: reply.choices.map((choice, index) => encodeChoice(choice, { path: `choices.${index}`, isLegacy, report })),
    usage: reply.usage && writeUsage(reply.usage),
    service_tier: writeServiceTier(reply.serviceTier, report),
  });
  return { body: withExtras(body, reply.extras), losses: report.list() };
}

type Place = { readonly path: string; readonly isLegacy: boolean; readonly report: LossReport };

function encodeChoice(choice: Choice, place: Place): JsonObject {
  const said = gather(choice.parts, place);
  const isRefused = said.refusal !== "" && said.texts === 0;
  const encoded: JsonObject = {
    index: choice.index,
    message: messageOf(said, place.isLegacy),
    logprobs: choice.logprobs === undefined ? null : writeLogprobs(choice.logprobs, isRefused ? "refusal" : "content"),
    finish_reason: writeFinish(choice.finish, { hasTools: said.calls.length > 0, isLegacy: place.isLegacy }),
  };
  return withExtras(encoded, choice.extras);
}

type Said = {
  readonly content: (string | JsonObject)[];
  readonly thoughts: Thought[];
  readonly calls: JsonObject[];
  readonly annotations: JsonObject[];
  readonly images: JsonObject[];
  refusal: string;
  texts: number;
  textLength: number;
  audio?: JsonObject;
};

function gather(parts: readonly Part[], place: Place): Said {
  const said: Said = {
    content: [],
    thoughts: [],
    calls: [],
    annotations: [],
    images: [],
    refusal: "",
    texts: 0,
    textLength: 0,
  };
  for (const [index, part] of parts.entries()) {
    const path = `${place.path}.parts.${index}`;
    if (!take(said, part, { ...place, path })) place.report.meaning(path);
  }
  return said;
}

/** Takes a part, or tells that the dialect has no place for it. */
function take(said: Said, part: Part, { path, isLegacy, report }: Place): boolean {
  switch (part.kind) {
    case "text":
      takeText(said, part, { path, report });
      return true;
    case "refusal":
      said.refusal += part.text;
      return true;
    case "reasoning":
      said.thoughts.push(part);
      return true;
    case "tool-call":
      if (isLegacy && said.calls.length > 0) return false;
      said.calls.push(writeToolCall(part));
      return true;
    case "audio":
      said.audio = writeAudio(part);
      return true;
    case "image": {
      const url = writeMediaUrl(part.media);
      if (url !== undefined) said.images.push(imageOf(url));
      return url !== undefined;
    }
    case "foreign":
      if (part.dialect === "openai-chat") said.content.push(part.value);
      return part.dialect === "openai-chat";
    default:
      return false;
  }
}

function takeText(said: Said, part: TextPart, { path, report }: Pick<Place, "path" | "report">): void {
  // Gemini's proof of a text has no place on it: it stands among the thoughts.
  if (part.signature) said.thoughts.push({ form: "full", text: "", isRedacted: true, signature: part.signature });
  const range = { start: said.textLength, length: part.text.length };
  for (const [index, citation] of (part.citations ?? []).entries()) {
    const annotation = writeCitation(citation, range);
    if (annotation === undefined) report.harmless(`${path}.citations.${index}`);
    else said.annotations.push(annotation);
  }
  said.content.push(part.text);
  said.texts += 1;
  said.textLength += part.text.length;
}

function messageOf(said: Said, isLegacy: boolean): JsonObject {
  const { calls, annotations, images, refusal, audio } = said;
  return defined({
    role: "assistant",
    content: contentOf(said),
    refusal: refusal === "" ? null : refusal,
    ...writeReasoning(said.thoughts),
    annotations: annotations.length === 0 ? undefined : annotations,
    images: images.length === 0 ? undefined : images,
    audio,
    tool_calls: calls.length === 0 || isLegacy ? undefined : calls,
    function_call: isLegacy ? calls[0]?.function : undefined,
  });
}

/** The content is one text; where it holds what only this dialect's providers say, it is a list as Mistral's. */
function contentOf({ content, calls, refusal, audio, texts }: Said): Json {
  if (content.some((piece) => typeof piece !== "string")) {
    return content.map((piece) => (typeof piece === "string" ? { type: "text", text: piece } : piece));
  }
  const isSilent = texts === 0 && (calls.length > 0 || refusal !== "" || audio !== undefined);
  return isSilent ? null : content.join("");
}
