import { MalformedReply } from "./malformed-reply.ts";

/** Reads a chunked body (RFC 9112, 7.1) in pieces of any size. */
export type ChunkDecoder = {
  /** Gives the data in these bytes as views of them; returns how many bytes were the body's. Throws `MalformedReply`. */
  readonly read: (bytes: Buffer, give: (data: Buffer) => void) => number;
  readonly isOver: () => boolean;
};

type Place =
  | "size"
  | "extension"
  | "size-lf"
  | "data"
  | "data-cr"
  | "data-lf"
  | "line"
  | "trailer"
  | "trailer-lf"
  | "lf";

type State = { place: Place | "over"; sizeDigits: number; bytesLeft: number; asideBytes: number };

/** Twelve digits are 256 TB. */
const SIZE_DIGITS_MAX = 12;
/** Extensions and trailers of one body, which nobody reads. */
const ASIDE_BYTES_MAX = 16 * 1024;
const CR = 0x0d;
const LF = 0x0a;
const TAB = 0x09;
const SPACE = 0x20;
const DELETE = 0x7f;
const SEMICOLON = 0x3b;

export function createChunkDecoder(): ChunkDecoder {
  const state: State = { place: "size", sizeDigits: 0, bytesLeft: 0, asideBytes: 0 };
  return {
    read(bytes, give) {
      let at = 0;
      while (at < bytes.length && state.place !== "over") {
        if (state.place !== "data") {
          state.place = STEPS[state.place](bytes[at] ?? 0, state);
          at++;
          continue;
        }
        const end = Math.min(bytes.length, at + state.bytesLeft);
        give(bytes.subarray(at, end));
        state.bytesLeft -= end - at;
        at = end;
        if (state.bytesLeft === 0) state.place = "data-cr";
      }
      return at;
    },
    isOver: () => state.place === "over",
  };
}

const STEPS: Readonly<Record<Exclude<Place, "data">, (byte: number, state: State) => State["place"]>> = {
  size(byte, state) {
    const digit = hexOf(byte);
    if (digit < 0) return afterSize(byte, state);
    state.sizeDigits++;
    if (state.sizeDigits > SIZE_DIGITS_MAX) throw malformed();
    state.bytesLeft = state.bytesLeft * 16 + digit;
    return "size";
  },
  extension: (byte, state) => (byte === CR ? "size-lf" : aside(byte, state, "extension")),
  "size-lf"(byte, state) {
    must(byte, LF);
    state.sizeDigits = 0;
    return state.bytesLeft === 0 ? "line" : "data";
  },
  "data-cr": (byte) => must(byte, CR) ?? "data-lf",
  "data-lf": (byte) => must(byte, LF) ?? "size",
  line(byte, state) {
    if (byte === CR) return "lf";
    // A line that begins with a blank continues the one before, for some readers.
    if (byte === SPACE || byte === TAB) throw malformed();
    return aside(byte, state, "trailer");
  },
  trailer: (byte, state) => (byte === CR ? "trailer-lf" : aside(byte, state, "trailer")),
  "trailer-lf": (byte) => must(byte, LF) ?? "line",
  lf: (byte) => must(byte, LF) ?? "over",
};

function afterSize(byte: number, state: State): Place {
  if (state.sizeDigits === 0) throw malformed();
  if (byte === SEMICOLON) return "extension";
  return must(byte, CR) ?? "size-lf";
}

function must(byte: number, wanted: number): undefined {
  if (byte !== wanted) throw malformed();
}

function aside(byte: number, state: State, place: Place): Place {
  state.asideBytes++;
  const isText = (byte >= SPACE && byte !== DELETE) || byte === TAB;
  if (!isText || state.asideBytes > ASIDE_BYTES_MAX) throw malformed();
  return place;
}

function hexOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

const malformed = () => new MalformedReply("the chunks of the reply are malformed");
