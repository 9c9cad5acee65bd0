import { createHeaderCheck } from "#lib/base/header-check";
import type { UpstreamRequest } from "#lib/gateway/ports";

/** What says where the message goes and where it ends is written here and nowhere else. */
const OURS = "host connection keep-alive content-length transfer-encoding te trailer upgrade expect";
const isSound = createHeaderCheck(new Set(OURS.split(" ")));

type Place = { readonly host: string; readonly path: string };

/** Writes the head of a request as Latin-1. Gives undefined where a header may not be written: it would be read as something else. */
export function requestHeadOf({ host, path }: Place, { method, headers, body }: UpstreamRequest): string | undefined {
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    if (!isSound(name, value)) return undefined;
    text += `${name}: ${value}\r\n`;
  }
  if (body !== null || method === "POST") text += `content-length: ${body?.length ?? 0}\r\n`;
  return `${text}\r\n`;
}
