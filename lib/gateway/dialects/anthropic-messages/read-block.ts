import type {
  JsonObject,
  Part,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from "#lib/gateway/conversation";
import { readSignature } from "#lib/gateway/dialects/foreign-signature";
import {
  objectIn,
  optional,
  requireBoolean,
  requireList,
  requireObject,
  requireText,
} from "#lib/gateway/dialects/read";
import { readBase } from "./cache-control.ts";
import { readCitation } from "./citations.ts";
import { extrasOf, foreignOf, OWN } from "./extras.ts";
import { readDocumentSource, readImageSource } from "./sources.ts";

type BlockReader = (block: JsonObject, path: string) => Part;

const READERS: ReadonlyMap<string, BlockReader> = new Map<string, BlockReader>([
  ["text", readText],
  ["image", readImage],
  ["document", readDocument],
  ["thinking", readThinking],
  ["redacted_thinking", readRedacted],
  ["tool_use", readToolUse],
  ["tool_result", readToolResult],
]);

/** Reads one content block of a caller's message. What no other dialect has stays as it is. */
export function readBlock(raw: unknown, path: string): Part {
  const block = requireObject(raw, path);
  const read = READERS.get(requireText(block.type, `${path}.type`));
  return read ? read(block, path) : foreignOf(block);
}

/** Reads content that is a string or a list of blocks. */
export function readContent<T>(
  value: unknown,
  path: string,
  read: (raw: unknown, path: string) => T,
): (T | TextPart)[] {
  if (typeof value === "string") return [{ kind: "text", text: value }];
  return requireList(value, path).map((block, at) => read(block, `${path}.${at}`));
}

const TEXT = new Set(["type", "text", "citations"]);

export function readText(block: JsonObject, path: string): TextPart {
  const citations = optional(block.citations, `${path}.citations`, requireList);
  return {
    kind: "text",
    text: requireText(block.text, `${path}.text`),
    citations: citations?.length
      ? citations.map((citation, at) => readCitation(requireObject(citation, `${path}.citations.${at}`)))
      : undefined,
    ...readBase(block, path, TEXT),
  };
}

const IMAGE = new Set(["type", "source"]);

function readImage(block: JsonObject, path: string): Part {
  const media = readImageSource(requireObject(block.source, `${path}.source`), `${path}.source`);
  return media ? { kind: "image", media, ...readBase(block, path, IMAGE) } : foreignOf(block);
}

const DOCUMENT = new Set(["type", "source", "title"]);
const COMPOSED_DOCUMENT = new Set(["type", "title"]);

function readDocument(block: JsonObject, path: string): Part {
  const source = requireObject(block.source, `${path}.source`);
  const media = readDocumentSource(source, `${path}.source`);
  if (media === undefined) return foreignOf(block);
  const filename = optional(block.title, `${path}.title`, requireText);
  const known = source.type === "content" ? COMPOSED_DOCUMENT : DOCUMENT;
  // Citations that are off are the default: losing that loses nothing.
  const isUncited = objectIn(block.citations)?.enabled === false;
  const said = isUncited ? { ...block, citations: undefined } : block;
  return { kind: "file", media, filename, ...readBase(said, path, known) };
}

function readThinking(block: JsonObject, path: string): ReasoningPart {
  const signature = optional(block.signature, `${path}.signature`, requireText);
  return {
    kind: "reasoning",
    form: "full",
    text: requireText(block.thinking, `${path}.thinking`),
    // An empty one is what we write where there is no proof.
    signature: signature ? readSignature(signature, OWN) : undefined,
    extras: extrasOf(block, THINKING),
  };
}

const THINKING = new Set(["type", "thinking", "signature"]);
const REDACTED = new Set(["type", "data"]);

function readRedacted(block: JsonObject, path: string): ReasoningPart {
  const signature = readSignature(requireText(block.data, `${path}.data`), OWN);
  return { kind: "reasoning", form: "full", text: "", isRedacted: true, signature, extras: extrasOf(block, REDACTED) };
}

const TOOL_USE = new Set(["type", "id", "name", "input"]);

function readToolUse(block: JsonObject, path: string): ToolCallPart {
  return {
    kind: "tool-call",
    id: requireText(block.id, `${path}.id`),
    name: requireText(block.name, `${path}.name`),
    input: JSON.stringify(optional(block.input, `${path}.input`, requireObject) ?? {}),
    ...readBase(block, path, TOOL_USE),
  };
}

const TOOL_RESULT = new Set(["type", "tool_use_id", "content", "is_error"]);
const TOOL_RESULT_WITH_FOREIGN = new Set(["type", "tool_use_id", "is_error"]);

function readToolResult(block: JsonObject, path: string): ToolResultPart {
  const parts = optional(block.content, `${path}.content`, (value, at) => readContent(value, at, readBlock)) ?? [];
  const content = parts.filter((part) => part.kind === "text" || part.kind === "image" || part.kind === "file");
  // What a result may not hold here (search results, tool references) goes back whole, and is a loss elsewhere.
  const known = content.length === parts.length ? TOOL_RESULT : TOOL_RESULT_WITH_FOREIGN;
  return {
    kind: "tool-result",
    callId: requireText(block.tool_use_id, `${path}.tool_use_id`),
    content,
    isError: optional(block.is_error, `${path}.is_error`, requireBoolean),
    ...readBase(block, path, known),
  };
}
