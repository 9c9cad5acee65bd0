import type { FilePart, ImagePart, JsonObject, ToolResultPart } from "#lib/gateway/conversation";
import { defined, objectIn, optional, requireObject, requireText, textIn } from "#lib/gateway/dialects/read";
import type { CallIds } from "./call-ids.ts";
import { camelCased, extrasOf, itemsOf, said, unread, withExtras } from "./fields.ts";
import { readFileData, readInlineData, writeMedia } from "./media.ts";

type Content = ToolResultPart["content"][number];

const FIELDS: ReadonlySet<string> = new Set(["id", "name", "response", "parts"]);

/** Keys under which Google's documents put a result that is one text. */
const TEXT_KEYS = ["result", "output"];

/** Reads a `functionResponse`. `rest` is what else stood in the part. */
export function readToolResult(
  value: unknown,
  { path, ids, rest }: { readonly path: string; readonly ids: CallIds; readonly rest: JsonObject },
): ToolResultPart {
  const fields = camelCased(requireObject(value, path));
  const name = requireText(fields.name, `${path}.name`);
  const callId = ids.ofResult(name, optional(fields.id, `${path}.id`, requireText));
  const response = optional(fields.response, `${path}.response`, requireObject) ?? {};
  const media = itemsOf(fields.parts).map((part, at) => readMedia(part, `${path}.parts.${at}`));
  const { text, isError, isPlain } = readResponse(response);
  return {
    kind: "tool-result",
    callId,
    name,
    content: text === "" && media.length > 0 ? media : [{ kind: "text", text }, ...media],
    ...(isPlain ? {} : { structured: response }),
    ...(isError ? { isError } : {}),
    ...extrasOf(rest, unread(fields, FIELDS, "functionResponse.")),
  };
}

/** `isPlain`: written again from its text the response comes out the same, so the object need not be kept. */
function readResponse(response: JsonObject) {
  const [key = "", ...others] = Object.keys(response);
  const only = others.length === 0 ? response[key] : undefined;
  const isError = key === "error" && only !== undefined && only !== null;
  if (typeof only === "string" && (isError || TEXT_KEYS.includes(key)))
    return { text: only, isError, isPlain: isError || key === "result" };
  return { text: JSON.stringify(response), isError, isPlain: false };
}

function readMedia(value: unknown, path: string): Content {
  const part = camelCased(requireObject(value, path));
  const read =
    part.fileData === undefined
      ? readInlineData(part.inlineData, `${path}.inlineData`, {})
      : readFileData(part.fileData, `${path}.fileData`, {});
  if (read.kind !== "audio") return read;
  const mediaType = textIn(camelCased(objectIn(part.inlineData) ?? {}).mimeType) ?? `audio/${read.format}`;
  return { kind: "file", media: { kind: "data", mediaType, base64: read.base64 }, ...said({ extras: read.extras }) };
}

export type ResultWriting = {
  readonly name: string;
  /** Gemini before version 3 takes pictures only beside a function response, not in it. */
  readonly holdsMedia: boolean;
};

/** Writes a result as a `functionResponse`, and after it the media it may not hold. */
export function writeToolResult(part: ToolResultPart, { name, holdsMedia }: ResultWriting): readonly JsonObject[] {
  const media = part.content.filter(isMedia).map(writeContent).filter(isWritten);
  const text = part.content
    .filter((item) => item.kind === "text")
    .map((item) => item.text)
    .join("\n");
  const functionResponse = defined({
    id: part.callId,
    name,
    response: part.structured ?? { [part.isError ? "error" : "result"]: text },
    parts: holdsMedia && media.length > 0 ? media : undefined,
  });
  return [withExtras({ functionResponse }, part.extras), ...(holdsMedia ? [] : media)];
}

const isMedia = (item: Content): item is ImagePart | FilePart => item.kind !== "text";

/** Writes one item of a result, or nothing where it cannot be said. */
export function writeContent(item: Content): JsonObject | undefined {
  const written = item.kind === "text" ? { text: item.text } : writeMedia(item.media);
  return written && withExtras(written, item.extras);
}

const isWritten = (written: JsonObject | undefined): written is JsonObject => written !== undefined;
