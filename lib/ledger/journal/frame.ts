import { crc32 } from "node:zlib";

/** What a journal frame says of a request: admitted, checkpoint, settled, or noted (never went upstream). */
export type FrameKind = "a" | "c" | "s" | "n";
export type Frame = { readonly kind: FrameKind; readonly text: string };

const HEADER_BYTES = 8;
/** A record is a few hundred bytes; a length beyond this is damage. */
const PAYLOAD_BYTES_MAX = 256 * 1024;

const SLAB_BYTES = 256 * 1024;

/**
 * Gathers frames: u32 length, u32 CRC-32, then the kind and the text in UTF-8. What was taken shares a slab of memory with
 * what came before and after it, outside of the heap, and may be kept.
 */
export function createFrameBuffer() {
  let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  let begin = 0;
  let used = 0;
  const makeRoom = (bytes: number) => {
    if (used + bytes <= slab.length) return;
    const gathered = slab.subarray(begin, used);
    slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, 2 * (gathered.length + bytes)));
    gathered.copy(slab);
    begin = 0;
    used = gathered.length;
  };
  return {
    /** Gives where the text stands in what `take` will give. */
    add(kind: FrameKind, text: string): { readonly start: number; readonly end: number } {
      makeRoom(HEADER_BYTES + 1 + text.length * 3);
      const start = used + HEADER_BYTES;
      slab[start] = kind.charCodeAt(0);
      const end = start + 1 + slab.write(text, start + 1, "utf8");
      slab.writeUInt32LE(end - start, used);
      slab.writeUInt32LE(crc32(slab.subarray(start, end)), used + 4);
      used = end;
      return { start: start + 1 - begin, end: end - begin };
    },
    /** Gives what was gathered, and begins anew. */
    take(): Buffer {
      const bytes = slab.subarray(begin, used);
      begin = used;
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
