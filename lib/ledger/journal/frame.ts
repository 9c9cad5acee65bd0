import { crc32 } from "node:zlib";

/** What a frame says of the requests in it: that they were admitted, how far they have come, that they have ended. */
export type FrameKind = "a" | "c" | "s";
export type Frame = { readonly kind: FrameKind; readonly texts: readonly string[] };

/** Between the JSON texts of a frame. JSON has no bare line feed within a string, so it is found again; and it leaves a list. */
export const SEPARATOR = ",\n";

const HEADER_BYTES = 8;
/** A frame is far shorter: a length beyond this that the file does not hold is no cut but damage. */
const CUT_BYTES_MAX = 1024 * 1024;

const SLAB_BYTES = 256 * 1024;
/** Of one UTF-16 unit. */
const UTF8_BYTES_MAX = 3;

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
      // To count its bytes first would cost about as much as to write them.
      makeRoom(HEADER_BYTES + 1 + joined.length * UTF8_BYTES_MAX);
      const start = used + HEADER_BYTES;
      const end = start + 1 + slab.write(joined, start + 1, "utf8");
      slab[start] = kind.charCodeAt(0);
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

export type FramesRead = {
  readonly frames: readonly Frame[];
  readonly readBytes: number;
  /** Something stands among what was read that is no frame, and not only one that a kill has cut short at the end. */
  readonly isDamaged: boolean;
};

/**
 * Reads the frames of a segment, past what is damaged to the next that is sound: no text of ours has a byte of zero, so
 * none is taken for a header. A kill may cut the last frame short: of that, the texts that are whole are read.
 */
export function readFrames(bytes: Buffer): FramesRead {
  const frames: Frame[] = [];
  let readBytes = 0;
  let isDamaged = false;
  let at = 0;
  while (at + HEADER_BYTES < bytes.length) {
    const frame = frameAt(bytes, at);
    if (frame !== undefined) {
      frames.push(frame);
      at += frame.bytes;
      readBytes += frame.bytes;
      continue;
    }
    const next = nextFrame(bytes, at + 1);
    const cut = next === undefined ? cutFrameAt(bytes, at) : undefined;
    if (cut !== undefined) frames.push(cut);
    else isDamaged = true;
    at = next ?? bytes.length;
  }
  return { frames, readBytes, isDamaged };
}

/** Where a frame that begins here would end, and what kind it would be of. */
function headerAt(bytes: Buffer, at: number) {
  const length = bytes.readUInt32LE(at);
  return { length, end: at + HEADER_BYTES + length, kind: kindOf(bytes[at + HEADER_BYTES]) };
}

function frameAt(bytes: Buffer, at: number) {
  const { end, kind } = headerAt(bytes, at);
  if (kind === undefined || end > bytes.length) return undefined;
  const payload = bytes.subarray(at + HEADER_BYTES, end);
  if (crc32(payload) !== bytes.readUInt32LE(at + 4)) return undefined;
  return { kind, texts: payload.toString("utf8", 1).split(SEPARATOR), bytes: end - at };
}

function nextFrame(bytes: Buffer, from: number): number | undefined {
  for (let at = from; at + HEADER_BYTES < bytes.length; at++) if (frameAt(bytes, at) !== undefined) return at;
  return undefined;
}

function cutFrameAt(bytes: Buffer, at: number): Frame | undefined {
  const { length, end, kind } = headerAt(bytes, at);
  if (kind === undefined || length > CUT_BYTES_MAX || end <= bytes.length) return undefined;
  return { kind, texts: wholeOf(bytes.toString("utf8", at + HEADER_BYTES + 1).split(SEPARATOR)) };
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

/** The texts before the first that is cut or damaged: what stands behind it may be of another frame, and of another kind. */
function wholeOf(texts: readonly string[]): readonly string[] {
  const bare = texts.with(-1, (texts.at(-1) ?? "").replace(/,$/, ""));
  const cut = bare.findIndex((text) => !isJson(text));
  return cut === -1 ? bare : bare.slice(0, cut);
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
