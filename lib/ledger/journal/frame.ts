import { crc32 } from "node:zlib";

/** What a journal frame says of a request: admitted, checkpoint, settled, or noted (never went upstream). */
export type FrameKind = "a" | "c" | "s" | "n";
export type Frame = { readonly kind: FrameKind; readonly text: string };

const HEADER_BYTES = 8;
/** A record is a few hundred bytes; a length beyond this is damage. */
const PAYLOAD_BYTES_MAX = 256 * 1024;

/** Gathers frames in one reused buffer: u32 length, u32 CRC-32, then the kind and the text in UTF-8. */
export function createFrameBuffer() {
  let buffer = Buffer.allocUnsafe(16 * 1024);
  let used = 0;
  return {
    add(kind: FrameKind, text: string): void {
      const room = used + HEADER_BYTES + 1 + text.length * 3;
      if (room > buffer.length) buffer = Buffer.concat([buffer.subarray(0, used)], 2 * room);
      const start = used + HEADER_BYTES;
      buffer[start] = kind.charCodeAt(0);
      const end = start + 1 + buffer.write(text, start + 1, "utf8");
      buffer.writeUInt32LE(end - start, used);
      buffer.writeUInt32LE(crc32(buffer.subarray(start, end)), used + 4);
      used = end;
    },
    /** Gives what was gathered and begins anew; the bytes are good until the next `add`. */
    take(): Buffer {
      const bytes = buffer.subarray(0, used);
      used = 0;
      return bytes;
    },
  };
}

/** Reads the frames of a segment. Stops at the first that is cut or damaged: a kill may tear the last one. */
export function readFrames(bytes: Buffer): { readonly frames: readonly Frame[]; readonly readBytes: number } {
  const frames: Frame[] = [];
  let at = 0;
  while (at + HEADER_BYTES < bytes.length) {
    const length = bytes.readUInt32LE(at);
    const end = at + HEADER_BYTES + length;
    if (length < 1 || length > PAYLOAD_BYTES_MAX || end > bytes.length) break;
    const payload = bytes.subarray(at + HEADER_BYTES, end);
    if (crc32(payload) !== bytes.readUInt32LE(at + 4)) break;
    const kind = kindOf(payload[0]);
    if (kind === undefined) break;
    frames.push({ kind, text: payload.toString("utf8", 1) });
    at = end;
  }
  return { frames, readBytes: at };
}

function kindOf(byte: number | undefined): FrameKind | undefined {
  switch (byte) {
    case 0x61:
      return "a";
    case 0x63:
      return "c";
    case 0x73:
      return "s";
    case 0x6e:
      return "n";
    default:
      return undefined;
  }
}
