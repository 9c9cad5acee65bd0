import type {
  FilePart,
  ImagePart,
  JsonObject,
  Message,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from "#lib/gateway/conversation";
import { defined, invalid } from "#lib/gateway/dialects/read";
import { writeCacheHint } from "./cache-control.ts";
import { isOwnCitation } from "./citations.ts";
import { OWN, withExtras } from "./extras.ts";
import { blocks, harmless, joined, meaning, nothing, type Written } from "./loss.ts";
import { writeDocumentSource, writeImageSource } from "./sources.ts";
import { toolIdOf } from "./tool-id.ts";
import { inputObjectOf, rawInput } from "./tool-input.ts";

/** Where a part stands: its canonical path, and who speaks. */
export type Place = { readonly path: string; readonly role: Message["role"] };

/** Writes one part of a turn for the API. */
export function writeRequestPart(part: Part, { path, role }: Place): Written {
  switch (part.kind) {
    case "text":
      return writeText(part, path);
    case "refusal":
      return writeText({ kind: "text", text: part.text }, path);
    case "image":
    case "file":
      // The model does not speak in media here, so its turns may not hold any.
      return role === "assistant" ? nothing(meaning(path)) : writeMedia(part, path);
    case "audio":
      return nothing(meaning(path));
    case "reasoning":
      return writeReasoning(part, path);
    case "tool-call":
      return writeToolCall(part, path);
    case "tool-result":
      return writeToolResult(part, path);
    case "foreign":
      return part.dialect === OWN ? blocks(part.value) : nothing(meaning(path));
  }
}

/** The API refuses a text block without visible text. */
export function writeText(part: TextPart, path: string): Written {
  if (part.text.trim() === "") return part.text === "" ? nothing() : nothing(harmless(path));
  const citations = part.citations?.filter(isOwnCitation) ?? [];
  const losses = [
    ...(citations.length < (part.citations?.length ?? 0) ? [harmless(`${path}.citations`)] : []),
    ...(part.signature ? [harmless(`${path}.signature`)] : []),
  ];
  const block = defined({
    type: "text",
    text: part.text,
    citations: citations.length > 0 ? citations.map(({ original }) => original.value) : undefined,
    cache_control: writeCacheHint(part.cacheHint),
  });
  return { blocks: [withExtras(block, part.extras)], losses };
}

function writeMedia(part: ImagePart | FilePart, path: string): Written {
  const isImage = part.kind === "image";
  const source = isImage ? writeImageSource(part.media) : writeDocumentSource(part.media);
  if (source === undefined) return nothing(meaning(path));
  const block = defined({
    type: isImage ? "image" : "document",
    source,
    title: isImage ? undefined : part.filename,
    cache_control: writeCacheHint(part.cacheHint),
  });
  const isDetailed = isImage && part.detail !== undefined;
  return { blocks: [withExtras(block, part.extras)], losses: isDetailed ? [harmless(`${path}.detail`)] : [] };
}

/** Thoughts go back only with the API's own proof: it refuses any other, and those without. */
function writeReasoning({ text, signature, isRedacted, extras }: ReasoningPart, path: string): Written {
  if (signature?.origin !== OWN) return nothing(harmless(path));
  const block: JsonObject = isRedacted
    ? { type: "redacted_thinking", data: signature.value }
    : { type: "thinking", thinking: text, signature: signature.value };
  return blocks(withExtras(block, extras));
}

function writeToolCall(part: ToolCallPart, path: string): Written {
  const losses = [
    ...(part.isCustom ? [meaning(path)] : []),
    ...(part.signature ? [harmless(`${path}.signature`)] : []),
  ];
  const block = defined({
    type: "tool_use",
    id: toolIdOf(part.id),
    name: part.name,
    input: inputOf(part, path),
    cache_control: writeCacheHint(part.cacheHint),
  });
  return { blocks: [withExtras(block, part.extras)], losses };
}

function inputOf({ input, isCustom }: ToolCallPart, path: string): JsonObject {
  if (isCustom) return rawInput(input);
  const object = inputObjectOf(input);
  if (object === undefined) throw invalid(`${path}.input`, "must be the text of a JSON object.");
  return object;
}

function writeToolResult(part: ToolResultPart, path: string): Written {
  const given: ToolResultPart["content"] =
    part.content.length === 0 && part.structured !== undefined
      ? [{ kind: "text", text: JSON.stringify(part.structured) }]
      : part.content;
  const content = joined(
    given.map((inner, at) => writeRequestPart(inner, { path: `${path}.content.${at}`, role: "tool" })),
  );
  const block = defined({
    type: "tool_result",
    tool_use_id: toolIdOf(part.callId),
    content: content.blocks.length === 0 ? undefined : content.blocks,
    is_error: part.isError,
    cache_control: writeCacheHint(part.cacheHint),
  });
  return { blocks: [withExtras(block, part.extras)], losses: content.losses };
}
