import type { Json, JsonObject, Media } from "#lib/gateway/conversation";
import { objectIn, requireText, textIn } from "#lib/gateway/dialects/read";
import { OWN } from "./extras.ts";

/** Reads the source of an image; gives nothing for a kind we do not know. */
export function readImageSource(source: JsonObject, path: string): Media | undefined {
  switch (requireText(source.type, `${path}.type`)) {
    case "base64":
      return {
        kind: "data",
        mediaType: requireText(source.media_type, `${path}.media_type`),
        base64: requireText(source.data, `${path}.data`),
      };
    case "url":
      return { kind: "url", url: requireText(source.url, `${path}.url`) };
    case "file":
      return { kind: "stored", id: requireText(source.file_id, `${path}.file_id`), origin: OWN };
    default:
      return undefined;
  }
}

/** Reads the source of a document; gives nothing for one that holds more than one file can. */
export function readDocumentSource(source: JsonObject, path: string): Media | undefined {
  if (source.type === "text") return plainText(requireText(source.data, `${path}.data`));
  return source.type === "content" ? mediaOfContent(source.content) : readImageSource(source, path);
}

/** A document of text blocks reads as one text for others; its own blocks come back through the part's extras. */
function mediaOfContent(content: Json | undefined): Media | undefined {
  if (typeof content === "string") return plainText(content);
  const texts = Array.isArray(content) ? content.map((block) => textIn(objectIn(block)?.text)) : [undefined];
  return texts.includes(undefined) ? undefined : plainText(texts.join("\n"));
}

const plainText = (text: string): Media => ({
  kind: "data",
  mediaType: "text/plain",
  base64: Buffer.from(text).toString("base64"),
});

/** Writes an image's source; gives nothing for a file at another provider. */
export function writeImageSource(media: Media): JsonObject | undefined {
  if (media.kind !== "data") return writeReference(media);
  // A common slip that OpenAI takes and this API refuses.
  const mediaType = media.mediaType === "image/jpg" ? "image/jpeg" : media.mediaType;
  return { type: "base64", media_type: mediaType, data: media.base64 };
}

/** Writes a document's source: PDF as bytes, anything that is text as text; gives nothing for other formats. */
export function writeDocumentSource(media: Media): JsonObject | undefined {
  if (media.kind !== "data") return writeReference(media);
  const { mediaType, base64 } = media;
  if (mediaType === "application/pdf") return { type: "base64", media_type: mediaType, data: base64 };
  const text = isText(mediaType) ? decodeText(base64) : undefined;
  return text === undefined ? undefined : { type: "text", media_type: "text/plain", data: text };
}

function writeReference(media: Exclude<Media, { kind: "data" }>): JsonObject | undefined {
  if (media.kind === "url") return { type: "url", url: media.url };
  return media.origin === OWN ? { type: "file", file_id: media.id } : undefined;
}

const isText = (mediaType: string) =>
  mediaType.startsWith("text/") || /^application\/([\w.-]+\+)?(json|xml|yaml|javascript)$/.test(mediaType);

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeText(base64: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(base64, "base64"));
  } catch {
    return undefined;
  }
}
