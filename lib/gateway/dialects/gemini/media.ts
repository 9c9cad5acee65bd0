import type { AudioPart, FilePart, ImagePart, JsonObject, Media } from "#lib/gateway/conversation";
import { defined, optional, requireObject, requireText } from "#lib/gateway/dialects/read";
import { camelCased, DIALECT, extrasOf, said, unread } from "./fields.ts";

type MediaPart = ImagePart | AudioPart | FilePart;

const INLINE_FIELDS: ReadonlySet<string> = new Set(["mimeType", "data"]);
const NAMED_FIELDS: ReadonlySet<string> = new Set(["mimeType", "data", "displayName"]);
const FILE_FIELDS: ReadonlySet<string> = new Set(["mimeType", "fileUri"]);

/** Formats whose media type is not `audio/` and the name OpenAI gives them. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ["mpeg", "mp3"],
  ["x-wav", "wav"],
  ["wave", "wav"],
]);

/** Reads `inlineData`: an image, a sound, or else a file. `rest` is what else stood in the part. */
export function readInlineData(value: unknown, path: string, rest: JsonObject): MediaPart {
  const inline = camelCased(requireObject(value, path));
  const mediaType = requireText(inline.mimeType, `${path}.mimeType`);
  const base64 = requireText(inline.data, `${path}.data`);
  const extras = (known: ReadonlySet<string>) => extrasOf(rest, unread(inline, known, "inlineData."));
  if (mediaType.startsWith("image/"))
    return { kind: "image", media: { kind: "data", mediaType, base64 }, ...extras(INLINE_FIELDS) };
  if (mediaType.startsWith("audio/")) {
    const format = mediaType.slice("audio/".length);
    return { kind: "audio", format: FORMATS.get(format) ?? format, base64, ...extras(INLINE_FIELDS) };
  }
  const filename = optional(inline.displayName, `${path}.displayName`, requireText);
  return { kind: "file", media: { kind: "data", mediaType, base64 }, ...said({ filename }), ...extras(NAMED_FIELDS) };
}

/** Reads `fileData`: an image by its type or, without one, by its name; else a file. */
export function readFileData(value: unknown, path: string, rest: JsonObject): MediaPart {
  const file = camelCased(requireObject(value, path));
  const uri = requireText(file.fileUri, `${path}.fileUri`);
  const mediaType = optional(file.mimeType, `${path}.mimeType`, requireText);
  const media: Media = isStored(uri)
    ? { kind: "stored", id: uri, origin: DIALECT, ...said({ mediaType }) }
    : { kind: "url", url: uri, ...said({ mediaType }) };
  const isImage = mediaType === undefined ? IMAGE_NAME.test(uri) : mediaType.startsWith("image/");
  return { kind: isImage ? "image" : "file", media, ...extrasOf(rest, unread(file, FILE_FIELDS, "fileData.")) };
}

const IMAGE_NAME = /^[^?#]*\.(png|jpe?g|webp|gif|heic|heif)([?#]|$)/i;

/** Only Google reads its Files API and its buckets. */
const isStored = (uri: string) =>
  !/^https?:/i.test(uri) || uri.startsWith("https://generativelanguage.googleapis.com/");

/** Writes an image or a file, or nothing where it lies at another provider. */
export function writeMedia(media: Media): JsonObject | undefined {
  if (media.kind === "data") return { inlineData: { mimeType: media.mediaType, data: media.base64 } };
  if (media.kind === "stored" && media.origin !== DIALECT) return undefined;
  const fileUri = media.kind === "url" ? media.url : media.id;
  return { fileData: defined({ mimeType: media.mediaType, fileUri }) };
}

/** Writes a sound, or nothing where only its id at another provider is known. */
export const writeAudio = ({ format, base64 }: AudioPart): JsonObject | undefined =>
  base64 === ""
    ? undefined
    : { inlineData: { mimeType: `audio/${format === "pcm16" ? "pcm" : format}`, data: base64 } };
