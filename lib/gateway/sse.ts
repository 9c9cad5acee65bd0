import { AppError } from "#lib/base/errors";
import { BOUNDS } from "./bounds.ts";
import { textOf } from "./json-scan.ts";

const LF = 0x0a;
const CR = 0x0d;

/** A byte order mark, which may stand before the first event and is no part of it. */
const MARK = [0xef, 0xbb, 0xbf];

/** True for its beginning too, down to none of it. */
const mayBeMark = (bytes: Uint8Array) => bytes.every((byte, at) => byte === MARK[at]);

const withoutMark = (bytes: Uint8Array) =>
  MARK.every((byte, at) => bytes[at] === byte) ? bytes.subarray(MARK.length) : bytes;

export type SseSplitter = {
  /** Takes bytes cut anywhere; calls back with each whole event, its closing blank line included. */
  readonly push: (chunk: Uint8Array, onEvent: (event: Uint8Array) => void) => void;
  /** Gives what is left when the stream has ended without a closing blank line. */
  readonly rest: () => Uint8Array | undefined;
};

/**
 * Cuts a byte stream into server-sent events (WHATWG HTML, section 9.2): lines end in LF, CR or CRLF, events in a blank
 * line. What it gives does not depend on where the input was cut. Throws `upstream_failed` on an event over the bound.
 */
export function createSseSplitter(): SseSplitter {
  let held: Uint8Array | undefined;
  let isBegun = false;
  return {
    push(chunk, onEvent) {
      const arrived = held === undefined ? chunk : Buffer.concat([held, chunk]);
      const bytes = isBegun ? arrived : withoutMark(arrived);
      isBegun ||= bytes !== arrived || !mayBeMark(arrived);
      const from = emitWhole(bytes, onEvent);
      held = from < bytes.length ? bytes.subarray(from) : undefined;
      if (held !== undefined && held.length > BOUNDS.eventBytesMax) {
        throw new AppError("upstream_failed", "The upstream sent an event that is too large.");
      }
    },
    rest: () => held,
  };
}

/** Calls back with each whole event and gives the offset of what is left over. */
function emitWhole(bytes: Uint8Array, onEvent: (event: Uint8Array) => void): number {
  let eventStart = 0;
  let lineStart = 0;
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte !== LF && byte !== CR) {
      at++;
      continue;
    }
    // A CR at the very end may be half of a CRLF: wait for the next bytes to know.
    if (byte === CR && at + 1 === bytes.length) break;
    const lineEnd = at;
    at += byte === CR && bytes[at + 1] === LF ? 2 : 1;
    if (lineEnd === lineStart) {
      onEvent(bytes.subarray(eventStart, at));
      eventStart = at;
    }
    lineStart = at;
  }
  return eventStart;
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

/** Gives the name of an event (`event: name`), where it has one. */
export function nameIn(event: Uint8Array): string | undefined {
  if (isDataLine(event, 0)) return undefined;
  const line = textOf(event)
    .split(/\r\n|\r|\n/)
    .find((one) => one.startsWith("event:"));
  return line?.slice("event:".length).trim() || undefined;
}

function dataOfLines(text: string): EventData {
  const data = text
    .split(/\r\n|\r|\n/)
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
