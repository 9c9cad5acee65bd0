import { markLength } from "#lib/base/bytes";
import { AppError } from "#lib/base/errors";
import { BOUNDS } from "./bounds.ts";
import { textOf } from "./json-scan.ts";

const LF = 0x0a;
const CR = 0x0d;

/** A byte order mark, which may stand before the first event and is no part of it. */
const MARK = [0xef, 0xbb, 0xbf];

/** True for its beginning too, down to none of it. */
const mayBeMark = (bytes: Uint8Array) => bytes.every((byte, at) => byte === MARK[at]);

export type SseSplitter = {
  /** Takes bytes cut anywhere; calls back with each whole event, its closing blank line included. */
  readonly push: (chunk: Uint8Array, onEvent: (event: Uint8Array) => void) => void;
  /** True while a part of an event waits for the rest of it. */
  readonly isWaiting: () => boolean;
  /** Gives that part. */
  readonly rest: () => Uint8Array;
};

/**
 * Cuts a byte stream into server-sent events (WHATWG HTML, section 9.2): lines end in LF, CR or CRLF, events in a blank
 * line. What it gives does not depend on where the input was cut, and each byte is looked at once, however small the pieces
 * of an event. Throws `upstream_failed` on an event over the bound.
 */
export function createSseSplitter(): SseSplitter {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let isBegun = false;
  const lines: Lines = { isBlank: true, isAfterCr: false };
  const hold = (bytes: Uint8Array) => {
    if (bytes.length > 0) held.push(bytes);
    heldBytes += bytes.length;
    if (heldBytes > BOUNDS.eventBytesMax)
      throw new AppError("upstream_failed", "The upstream sent an event that is too large.");
  };
  const release = (last: Uint8Array): Uint8Array => {
    const event = held.length === 0 ? last : Buffer.concat([...held, last]);
    held = [];
    heldBytes = 0;
    return event;
  };
  const begin = (chunk: Uint8Array): Uint8Array => {
    const bytes = release(chunk);
    const skipped = markLength(bytes);
    isBegun = skipped > 0 || !mayBeMark(bytes);
    return bytes.subarray(skipped);
  };
  return {
    push(chunk, onEvent) {
      const bytes = isBegun ? chunk : begin(chunk);
      if (!isBegun) return hold(bytes);
      let start = 0;
      for (let end = endOfEvent(lines, bytes, 0); end !== NONE; end = endOfEvent(lines, bytes, start)) {
        onEvent(release(bytes.subarray(start, end)));
        start = end;
      }
      hold(bytes.subarray(start));
    },
    isWaiting: () => heldBytes > 0,
    rest: () => Buffer.concat(held),
  };
}

const NONE = -1;

/** Where a stream stands between two pieces. */
type Lines = {
  /** Nothing stands in the line under way. */
  isBlank: boolean;
  /** A CR at the very end of a piece may be half of a CRLF. */
  isAfterCr: boolean;
};

/** Gives the offset behind the blank line that ends the event under way, looking on from an offset; `NONE` without one. */
function endOfEvent(lines: Lines, bytes: Uint8Array, from: number): number {
  for (let at = behindLine(lines, bytes, from); at !== NONE; at = behindLine(lines, bytes, at)) {
    const { isBlank } = lines;
    lines.isBlank = true;
    if (isBlank) return at;
  }
  return NONE;
}

function behindLine(lines: Lines, bytes: Uint8Array, at: number): number {
  if (lines.isAfterCr) return behindCr(lines, bytes, at);
  const lineEnd = lineEndFrom(bytes, at);
  if (lineEnd > at) lines.isBlank = false;
  if (lineEnd === bytes.length) return NONE;
  const behind = nextLine(bytes, lineEnd);
  lines.isAfterCr = behind === bytes.length && bytes[behind - 1] === CR;
  return lines.isAfterCr ? NONE : behind;
}

function behindCr(lines: Lines, bytes: Uint8Array, at: number): number {
  if (at === bytes.length) return NONE;
  lines.isAfterCr = false;
  return bytes[at] === LF ? at + 1 : at;
}

/** Where the data of an event stands, when it is the usual single `data:` line; `nothing` for comments and blanks. */
export type EventData =
  | { readonly kind: "line"; readonly start: number; readonly end: number }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "nothing" };

const NOTHING: EventData = { kind: "nothing" };

/** Finds the data of one event. A single line of it is given as byte offsets, so that it can be patched in place. */
export function dataOf(event: Uint8Array): EventData {
  let found: EventData = NOTHING;
  for (let at = 0; at < event.length; ) {
    const end = lineEndFrom(event, at);
    if (isDataLine(event, at)) {
      if (found.kind !== "nothing") return dataOfLines(textOf(event));
      found = { kind: "line", start: event[at + 5] === 0x20 ? at + 6 : at + 5, end };
    }
    at = nextLine(event, end);
  }
  return found.kind === "nothing" ? dataOfLines(textOf(event)) : found;
}

/** Writes an event whose data takes several lines with one: between the tokens of JSON a line's end is a space like any other. */
export function onOneLine(event: Uint8Array, data: string): Uint8Array {
  const others = textOf(event)
    .split(LINE_END)
    .filter((line) => line !== "" && !line.startsWith("data"));
  return Buffer.from([...others, `data: ${data.replaceAll("\n", " ")}`, "", ""].join("\n"));
}

/** Gives the name of an event (`event: name`), where it has one. */
export function nameIn(event: Uint8Array): string | undefined {
  if (isDataLine(event, 0)) return undefined;
  const line = textOf(event)
    .split(LINE_END)
    .find((one) => one.startsWith("event:"));
  return line?.slice("event:".length).trim() || undefined;
}

const LINE_END = /\r\n|\r|\n/;

function dataOfLines(text: string): EventData {
  const data = text
    .split(LINE_END)
    .filter((line) => line === "data" || line.startsWith("data:"))
    .map((line) => line.slice(5).replace(/^ /, ""));
  return data.length === 0 ? NOTHING : { kind: "text", text: data.join("\n") };
}

const isDataLine = (event: Uint8Array, at: number) =>
  event[at] === 0x64 &&
  event[at + 1] === 0x61 &&
  event[at + 2] === 0x74 &&
  event[at + 3] === 0x61 &&
  event[at + 4] === 0x3a;

function lineEndFrom(event: Uint8Array, start: number): number {
  let at = start;
  while (at < event.length && event[at] !== LF && event[at] !== CR) at++;
  return at;
}

const nextLine = (event: Uint8Array, end: number) => end + (event[end] === CR && event[end + 1] === LF ? 2 : 1);
