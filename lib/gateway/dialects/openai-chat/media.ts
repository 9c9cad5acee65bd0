import type { JsonObject, Media } from "#lib/gateway/conversation";

/** Reads an address or a `data:` URL; nothing where a data URL is not base64. */
export function readMediaUrl(url: string): Media | undefined {
  if (!url.startsWith("data:")) return { kind: "url", url };
  const comma = url.indexOf(",");
  const header = url.slice("data:".length, Math.max(comma, 0));
  if (!header.endsWith(";base64")) return undefined;
  return { kind: "data", mediaType: header.slice(0, -";base64".length), base64: url.slice(comma + 1) };
}

/** Writes media as an address; nothing where it is stored at a provider. */
export function writeMediaUrl(media: Media): string | undefined {
  if (media.kind === "data") return `data:${media.mediaType};base64,${media.base64}`;
  return media.kind === "url" ? media.url : undefined;
}

/** Writes an image as the content part both requests and answers use. */
export const imageOf = (url: string, detail?: string): JsonObject => ({
  type: "image_url",
  image_url: detail === undefined ? { url } : { url, detail },
});
