import type { JsonObject } from "#lib/gateway/conversation";
import type { ReplyContext, StreamEncoder } from "#lib/gateway/dialects/codec";
import { frame } from "#lib/gateway/dialects/frame";
import { encodeError } from "./encode-error.ts";
import { createChunkWriter } from "./write-chunks.ts";

/** How chunks stand in the body. */
type Framing = { readonly chunk: (data: JsonObject) => string; readonly close: () => string };

/** Writes a stream as server-sent events (`alt=sse`). There is no closing mark. */
export const createStreamEncoder = (context: ReplyContext): StreamEncoder =>
  createEncoder(context, { chunk: (data) => frame(data), close: () => "" });

/** Writes a stream as one JSON array, element by element: what Google answers where `alt=sse` was not asked for. */
export function createArrayStreamEncoder(context: ReplyContext): StreamEncoder {
  let isOpen = false;
  const chunk = (data: JsonObject) => {
    const before = isOpen ? ",\r\n" : "[";
    isOpen = true;
    return `${before}${JSON.stringify(data)}`;
  };
  return createEncoder(context, { chunk, close: () => (isOpen ? "]" : "[]") });
}

function createEncoder(context: ReplyContext, { chunk, close }: Framing): StreamEncoder {
  const writer = createChunkWriter(context);
  return {
    push: (event) => {
      const chunks = writer.push(event).map(chunk).join("");
      return event.kind === "end" ? `${chunks}${close()}` : chunks;
    },
    fail: (error) => `${chunk(encodeError(error, context.requestId))}${close()}`,
    losses: writer.losses,
  };
}
