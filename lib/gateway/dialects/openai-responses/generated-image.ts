import type { ImagePart, JsonObject } from "#lib/gateway/conversation";
import { restOf, textIn } from "#lib/gateway/dialects/read";
import { OWN, ownFields } from "./own.ts";

const TYPE = "image_generation_call";
const FIELDS = new Set(["type", "result"]);
const MEDIA_TYPE = /^image\/([^;]+)/;

/** Reads an image that the model has drawn; nothing where the call holds none yet. */
export function generatedImageOf(item: JsonObject): ImagePart | undefined {
  const base64 = textIn(item.result);
  if (base64 === undefined || base64 === "") return undefined;
  const mediaType = `image/${textIn(item.output_format) ?? "png"}`;
  const extras = { dialect: OWN, fields: restOf(item, FIELDS) ?? {} };
  return { kind: "image", media: { kind: "data", mediaType, base64 }, extras };
}

/** Writes an image of the assistant as a drawn one; nothing where it cannot be: the form holds data only. */
export function generatedImageItem({ media, extras }: ImagePart, id: string | undefined): JsonObject | undefined {
  const own = ownFields(extras);
  const itemId = textIn(own.id) ?? id;
  if (media.kind !== "data" || itemId === undefined) return undefined;
  const format = MEDIA_TYPE.exec(media.mediaType)?.[1] ?? "png";
  return { id: itemId, type: TYPE, status: "completed", output_format: format, ...own, result: media.base64 };
}
