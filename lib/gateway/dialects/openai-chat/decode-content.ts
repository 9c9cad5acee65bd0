import type { FilePart, ImagePart, Json, JsonObject, Media, Part, TextPart } from "#lib/gateway/conversation";
import { readImageDetail } from "../image-detail.ts";
import { invalid, listIn, objectIn, optional, requireObject, requireText, textIn } from "../read.ts";
import { extrasOf, nestedExtrasOf } from "./extras.ts";
import { readMediaUrl } from "./media.ts";
import { readCacheHint } from "./tools.ts";

const DIALECT = "openai-chat";

type PartReader<P> = (part: JsonObject, path: string) => P;

/** Reads the content of a message: a string is one text, else each part is read. */
export function decodeContent<P>(value: unknown, path: string, read: PartReader<P>): readonly (P | TextPart)[] {
  if (typeof value === "string") return [{ kind: "text", text: value }];
  if (!Array.isArray(value)) throw invalid(path, "must be a string or an array of parts.");
  return value.map((raw: Json, index) => read(requireObject(raw, `${path}.${index}`), `${path}.${index}`));
}

/** Reads a part of a message in which only text may stand. */
export function decodeTextPart(part: JsonObject, path: string): TextPart {
  if (typeOf(part, path) !== "text") throw invalid(`${path}.type`, "must be `text` in a message of this role.");
  return textOf(part, path);
}

/** Reads a part of a tool's result. OpenAI takes text only; other dialects take images and files as well. */
export function decodeResultPart(part: JsonObject, path: string): TextPart | ImagePart | FilePart {
  const type = typeOf(part, path);
  if (type === "image_url") return imageOf(part, path);
  return type === "file" ? fileOf(part, path) : decodeTextPart(part, path);
}

/** Reads a part of a user's or an assistant's message. What is not OpenAI's is kept as it is. */
export function decodePart(part: JsonObject, path: string): Part {
  switch (typeOf(part, path)) {
    case "text":
      return textOf(part, path);
    case "image_url":
      return imageOf(part, path);
    case "input_audio":
      return audioOf(part, path);
    case "file":
      return fileOf(part, path);
    case "refusal":
      return { kind: "refusal", text: requireText(part.refusal, `${path}.refusal`), extras: extrasOf(part, REFUSAL) };
    case "thinking":
      return { kind: "reasoning", form: "full", text: thinkingIn(part) };
    default:
      return { kind: "foreign", dialect: DIALECT, value: part };
  }
}

const TEXT: ReadonlySet<string> = new Set(["type", "text", "cache_control"]);
const REFUSAL: ReadonlySet<string> = new Set(["type", "refusal"]);
const IMAGE: ReadonlySet<string> = new Set(["type", "image_url", "cache_control"]);
const IMAGE_URL = { name: "image_url", known: new Set(["url", "detail"]) };
const AUDIO: ReadonlySet<string> = new Set(["type", "input_audio", "cache_control"]);
const INPUT_AUDIO = { name: "input_audio", known: new Set(["data", "format"]) };
const FILE: ReadonlySet<string> = new Set(["type", "file", "cache_control"]);
const FILE_FIELDS = { name: "file", known: new Set(["file_data", "file_id", "filename"]) };

const typeOf = (part: JsonObject, path: string) => requireText(part.type, `${path}.type`);

const textOf = (part: JsonObject, path: string): TextPart => ({
  kind: "text",
  text: requireText(part.text, `${path}.text`),
  cacheHint: readCacheHint(part),
  extras: extrasOf(part, TEXT),
});

function imageOf(part: JsonObject, path: string): ImagePart {
  const at = `${path}.image_url`;
  const image = objectIn(part.image_url);
  // Mistral takes the address itself.
  const url = image === undefined ? requireText(part.image_url, at) : requireText(image.url, `${at}.url`);
  return {
    kind: "image",
    media: mediaOf(url, image === undefined ? at : `${at}.url`),
    detail: readImageDetail(image?.detail, `${at}.detail`),
    cacheHint: readCacheHint(part),
    extras: nestedExtrasOf(part, IMAGE, IMAGE_URL),
  };
}

function mediaOf(url: string, path: string): Media {
  const media = readMediaUrl(url);
  if (media === undefined) throw invalid(path, "must be an address or a base64 data URL.");
  return media;
}

function audioOf(part: JsonObject, path: string): Part {
  const at = `${path}.input_audio`;
  const audio = requireObject(part.input_audio, at);
  return {
    kind: "audio",
    format: requireText(audio.format, `${at}.format`),
    base64: requireText(audio.data, `${at}.data`),
    cacheHint: readCacheHint(part),
    extras: nestedExtrasOf(part, AUDIO, INPUT_AUDIO),
  };
}

function fileOf(part: JsonObject, path: string): FilePart {
  const at = `${path}.file`;
  const file = requireObject(part.file, at);
  const id = optional(file.file_id, `${at}.file_id`, requireText);
  return {
    kind: "file",
    media: id === undefined ? fileMediaOf(file, at) : { kind: "stored", id, origin: DIALECT },
    filename: optional(file.filename, `${at}.filename`, requireText),
    cacheHint: readCacheHint(part),
    extras: nestedExtrasOf(part, FILE, FILE_FIELDS),
  };
}

function fileMediaOf(file: JsonObject, path: string): Media {
  const data = requireText(file.file_data, `${path}.file_data`);
  if (!/^(data:|https?:)/.test(data)) throw invalid(`${path}.file_data`, "must be a base64 data URL.");
  return mediaOf(data, `${path}.file_data`);
}

/** Gives the thoughts of Mistral's `thinking` part. */
export const thinkingIn = (part: JsonObject): string =>
  textIn(part.thinking) ??
  listIn(part.thinking)
    .map((piece) => textIn(objectIn(piece)?.text) ?? "")
    .join("");
