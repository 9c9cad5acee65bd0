import type {
  CacheHint,
  Extras,
  FilePart,
  ImagePart,
  Json,
  JsonObject,
  Media,
  Part,
  TextPart,
} from "#lib/gateway/conversation";
import { readImageDetail } from "#lib/gateway/dialects/image-detail";
import { invalid, listIn, optional, requireList, requireObject, requireText } from "#lib/gateway/dialects/read";
import { readCitation } from "./citations.ts";
import { mediaOfUrl } from "./media.ts";
import { extrasOf, OWN } from "./own.ts";

const TEXT_FIELDS = new Set(["type", "text", "annotations", "logprobs"]);
const REFUSAL_FIELDS = new Set(["type", "refusal"]);
const IMAGE_FIELDS = new Set(["type", "image_url", "file_id", "detail"]);
const FILE_FIELDS = new Set(["type", "file_data", "file_url", "file_id", "filename"]);

/** A PDF without a media type still begins with "%PDF-". */
const PDF_HEAD = "JVBERi";

/** Reads the content of a message: a text, or a list of parts. What an assistant says has no unknown parts. */
export function readContent(value: unknown, path: string, role: string): readonly Part[] {
  if (typeof value === "string") return [{ kind: "text", text: value }];
  return requireList(value, path).map((entry, at) => {
    const place = `${path}.${at}`;
    const part = requireObject(entry, place);
    return readPart(part, place) ?? foreignPart(part, place, role);
  });
}

function foreignPart(part: JsonObject, path: string, role: string): Part {
  if (role === "assistant") throw invalid(`${path}.type`, "must be `output_text` or `refusal`.");
  return { kind: "foreign", dialect: OWN, value: part };
}

/** Reads what a tool gave back: a text, or a list of texts, images and files. */
export function readOutput(value: unknown, path: string): readonly (TextPart | ImagePart | FilePart)[] {
  if (typeof value === "string") return value === "" ? [] : [{ kind: "text", text: value }];
  return requireList(value, path).map((entry, at) => {
    const place = `${path}.${at}`;
    const part = readPart(requireObject(entry, place), place);
    if (part?.kind === "text" || part?.kind === "image" || part?.kind === "file") return part;
    throw invalid(`${place}.type`, "must be `input_text`, `input_image` or `input_file`.");
  });
}

function readPart(part: JsonObject, path: string): Part | undefined {
  switch (requireText(part.type, `${path}.type`)) {
    case "input_text":
    case "output_text":
    case "text":
      return readText(part, path);
    case "refusal":
      return {
        kind: "refusal",
        text: requireText(part.refusal, `${path}.refusal`),
        ...commonOf(part, REFUSAL_FIELDS),
      };
    case "input_image":
      return {
        kind: "image",
        media: readImage(part, path),
        ...detailOf(part, path),
        ...commonOf(part, IMAGE_FIELDS),
      };
    case "input_file":
      return { kind: "file", media: readFile(part, path), ...readFilename(part, path), ...commonOf(part, FILE_FIELDS) };
    case "input_audio":
      return readAudio(part, path);
    default:
      return undefined;
  }
}

function readText(part: JsonObject, path: string): TextPart {
  const citations = listIn(optional(part.annotations, `${path}.annotations`, requireList)).map((entry: Json, at) =>
    readCitation(requireObject(entry, `${path}.annotations.${at}`)),
  );
  return {
    kind: "text",
    text: requireText(part.text, `${path}.text`),
    ...(citations.length === 0 ? {} : { citations }),
    ...commonOf(part, TEXT_FIELDS),
  };
}

function readImage(part: JsonObject, path: string): Media {
  const id = optional(part.file_id, `${path}.file_id`, requireText);
  if (id !== undefined) return { kind: "stored", id, origin: OWN };
  return mediaOfUrl(requireText(part.image_url, `${path}.image_url`));
}

function detailOf(part: JsonObject, path: string): Pick<ImagePart, "detail"> {
  const detail = readImageDetail(part.detail, `${path}.detail`);
  return detail === undefined ? {} : { detail };
}

function readFile(part: JsonObject, path: string): Media {
  const id = optional(part.file_id, `${path}.file_id`, requireText);
  if (id !== undefined) return { kind: "stored", id, origin: OWN };
  const url = optional(part.file_url, `${path}.file_url`, requireText);
  if (url !== undefined) return { kind: "url", url };
  const data = requireText(part.file_data, `${path}.file_data`);
  const media = mediaOfUrl(data);
  if (media.kind === "data") return media;
  const mediaType = data.startsWith(PDF_HEAD) ? "application/pdf" : "application/octet-stream";
  return { kind: "data", mediaType, base64: data };
}

function readFilename(part: JsonObject, path: string): Pick<FilePart, "filename"> {
  const filename = optional(part.filename, `${path}.filename`, requireText);
  return filename === undefined ? {} : { filename };
}

function readAudio(part: JsonObject, path: string): Part {
  const audio = requireObject(part.input_audio, `${path}.input_audio`);
  return {
    kind: "audio",
    base64: requireText(audio.data, `${path}.input_audio.data`),
    format: requireText(audio.format, `${path}.input_audio.format`),
  };
}

/**
 * Reads what any part may bear: a cache breakpoint, and fields we do not know. The breakpoint stays in the extras as
 * well, for its lifetimes (30m, 12h) are not those of a cache hint.
 */
function commonOf(part: JsonObject, known: ReadonlySet<string>): { cacheHint?: CacheHint; extras?: Extras } {
  const extras = extrasOf(part, known);
  const isMarked = part.prompt_cache_breakpoint !== undefined && part.prompt_cache_breakpoint !== null;
  return { ...(isMarked ? { cacheHint: {} } : {}), ...(extras ? { extras } : {}) };
}
