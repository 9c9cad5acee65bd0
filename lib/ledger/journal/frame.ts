import { crc32 } from "node:zlib";

/** What a frame says of the requests in it: that they were admitted, how far they have come, that they have ended. */
export type FrameKind = "a" | "c" | "s";
export type Frame = { readonly kind: FrameKind; readonly texts: readonly string[] };

/** Between the JSON texts of a frame. JSON has no bare line feed within a string, so it is found again; and it leaves a list. */
export const SEPARATOR = ",\n";

const HEADER_BYTES = 8;
/** A frame is closed at a fourth of this; a length beyond it is damage. */
const PAYLOAD_BYTES_MAX = 1024 * 1024;

const SLAB_BYTES = 256 * 1024;

export type FrameBuffer = {
  /** Takes texts joined by the separator; gives where they stand in what `take` will give. */
  readonly add: (kind: FrameKind, joined: string) => { readonly start: number; readonly end: number };
  /** Gives what was gathered, and begins anew. */
  readonly take: () => Buffer;
};

/**
 * Gathers frames: u32 length, u32 CRC-32, then the kind and its texts in UTF-8. What was taken shares a slab of memory with
 * what came before and after it, outside of the heap, and may be kept.
 */
export function createFrameBuffer(): FrameBuffer {
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
    add(kind, joined) {
      const bytes = Buffer.byteLength(joined);
      makeRoom(HEADER_BYTES + 1 + bytes);
      const start = used + HEADER_BYTES;
      const end = start + 1 + bytes;
      slab[start] = kind.charCodeAt(0);
      slab.write(joined, start + 1, "utf8");
      slab.writeUInt32LE(end - start, used);
      slab.writeUInt32LE(crc32(slab.subarray(start, end)), used + 4);
      used = end;
      return { start: start + 1 - begin, end: end - begin };
    },
    take() {
      const bytes = slab.subarray(begin, used);
      begin = used;
      return bytes;
    },
  };
}

/**
 * Reads the frames of a segment. Stops at the first that is damaged. A kill may cut the last one short: of that, the texts
 * that are whole are read.
 */
export function readFrames(bytes: Buffer): { readonly frames: readonly Frame[]; readonly readBytes: number } {
  const frames: Frame[] = [];
  let at = 0;
  while (at + HEADER_BYTES < bytes.length) {
    const length = bytes.readUInt32LE(at);
    const end = at + HEADER_BYTES + length;
    const payload = bytes.subarray(at + HEADER_BYTES, end);
    const kind = kindOf(payload[0]);
    if (length < 1 || length > PAYLOAD_BYTES_MAX || kind === undefined) break;
    const texts = payload.toString("utf8", 1).split(SEPARATOR);
    if (end > bytes.length) {
      frames.push({ kind, texts: texts.slice(0, -1).filter(isJson) });
      break;
    }
    if (crc32(payload) !== bytes.readUInt32LE(at + 4)) break;
    frames.push({ kind, texts });
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
    default:
      return undefined;
  }
}

/** No checksum vouches for what was cut short. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
