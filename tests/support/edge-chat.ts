import { inject } from "vitest";
import type { EdgeWish } from "./edge-upstream.ts";

type Given = {
  readonly key?: string;
  readonly isStream?: boolean;
  readonly content?: string;
  readonly edge?: EdgeWish;
  readonly headers?: string;
};

/** A whole chat request of the edge tests as it goes over the wire. */
export function edgeChat({ key, isStream = true, content = "hi", edge = {}, headers = "" }: Given = {}): string {
  const body = JSON.stringify({ model: "model", stream: isStream, messages: [{ role: "user", content }], edge });
  return requestBytes(body, { key, headers });
}

type Framing = { readonly key?: string | undefined; readonly headers?: string; readonly path?: string };

const CHAT = "/v1/chat/completions";

/** A body, whatever it is, as a request with a good key or another. */
export const requestBytes = (body: string, framing: Framing = {}): string =>
  `${requestHead(Buffer.byteLength(body), framing)}${body}`;

/** The head of a request whose body has so many bytes. */
export const requestHead = (bodyBytes: number, { key, headers = "", path = CHAT }: Framing = {}): string =>
  `POST ${path} HTTP/1.1\r\nhost: edge.test\r\nauthorization: Bearer ${key ?? inject("edge").key}\r\n` +
  `content-type: application/json\r\n${headers}content-length: ${bodyBytes}\r\n\r\n`;
