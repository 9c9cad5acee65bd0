import type { Media } from "#lib/gateway/conversation";
import { OWN } from "./own.ts";

const DATA_URL_HEAD = /^data:([^,]+);base64,/;

/** Reads an address, which may hold the data itself. */
export function mediaOfUrl(url: string): Media {
  const head = DATA_URL_HEAD.exec(url);
  const mediaType = head?.[1];
  if (!head || mediaType === undefined) return { kind: "url", url };
  return { kind: "data", mediaType, base64: url.slice(head[0].length) };
}

/** Writes data as an address that holds it. */
export const dataUrlOf = (media: Extract<Media, { kind: "data" }>): string =>
  `data:${media.mediaType};base64,${media.base64}`;

/** Whether another provider keeps the file, so that nobody here can read it. */
export const isElsewhere = (media: Media): boolean => media.kind === "stored" && media.origin !== OWN;
