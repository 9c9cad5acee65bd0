import type { Outgoing } from "./exchange.ts";

export type Framing = {
  readonly framed: (bytes: Uint8Array) => Uint8Array;
  /** What comes after the last piece. */
  readonly last: Uint8Array;
};

const LINE_END = Buffer.from("\r\n");
const AS_IT_IS: Framing = { framed: (bytes) => bytes, last: Buffer.alloc(0) };
/** RFC 9112, 7.1. */
export const AS_CHUNKS: Framing = { framed: chunkOf, last: Buffer.from("0\r\n\r\n") };

/**
 * Called once the head is written: from then on the caller of this frames the body. Node hands each chunk to the kernel in
 * four pieces, which for the few bytes of an event costs more than all of reading it; joined they are one.
 */
export function takeOverFraming(outgoing: Outgoing): Framing {
  if (!outgoing.chunkedEncoding) return AS_IT_IS;
  outgoing.chunkedEncoding = false;
  return AS_CHUNKS;
}

/** An empty chunk would be the last one. */
function chunkOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const size = `${bytes.length.toString(16)}\r\n`;
  const chunk = Buffer.allocUnsafe(size.length + bytes.length + LINE_END.length);
  chunk.write(size, "latin1");
  chunk.set(bytes, size.length);
  chunk.set(LINE_END, size.length + bytes.length);
  return chunk;
}
