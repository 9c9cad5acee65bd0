import { bufferOf, isAt } from "#lib/base/bytes";
import type { StreamedText } from "../dialects/passage.ts";

/** What goes to the caller for one event, and how many bytes of text are in it. */
export type TextChunk = { readonly forward: Uint8Array; readonly textBytes: number };

export type TextChunks = {
  /** Reads bytes that are one event like the one learnt, but for its text; gives nothing for any other bytes. */
  readonly read: (bytes: Uint8Array) => TextChunk | undefined;
  /** Remembers an event that was read in full, and what went to the caller for it. */
  readonly learn: (event: Uint8Array, forward: Uint8Array, text: StreamedText) => void;
};

/** The bytes before and after a text: as they come and as they go. */
type Mould = {
  readonly before: Buffer;
  readonly after: Buffer;
  readonly sentBefore: Buffer;
  readonly sentAfter: Buffer;
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const BLANK_LINE = Buffer.from("\n\n");
/** Learning costs more than reading: a stream whose chunks differ in more than their text (OpenAI pads each) is left alone. */
const LESSONS_IN_VAIN_MAX = 4;

/**
 * Knows most chunks of a stream by their bytes: they differ from the one before in their text alone, and so does what is
 * sent for them. Only a text that JSON writes as it is (RFC 8259, 7: no quote, no backslash, no control character) is taken,
 * for nothing else can hide in such.
 */
export function createTextChunks(): TextChunks {
  let mould: Mould | undefined;
  let inVain = 0;
  return {
    read(bytes) {
      if (mould === undefined) return undefined;
      const event = bufferOf(bytes);
      const { before, after, sentBefore, sentAfter } = mould;
      const textBytes = event.length - before.length - after.length;
      const end = before.length + textBytes;
      if (textBytes < 0 || !isAt(event, before, 0) || !isAt(event, after, end)) return undefined;
      if (!isPlain(event, before.length, end)) return undefined;
      inVain = 0;
      if (sentBefore === before && sentAfter === after) return { forward: bytes, textBytes };
      return { forward: Buffer.concat([sentBefore, event.subarray(before.length, end), sentAfter]), textBytes };
    },
    learn(event, forward, text) {
      if (inVain === LESSONS_IN_VAIN_MAX) {
        mould = undefined;
        return;
      }
      inVain++;
      const came = partedAt(bufferOf(event), text);
      const sent = event === forward ? came : partedAt(bufferOf(forward), text);
      if (came === undefined || sent === undefined) return;
      mould = { ...came, sentBefore: sent.before, sentAfter: sent.after };
    },
  };
}

/** Parts a whole event at its text, where that is written plainly and stands there once. */
function partedAt(event: Buffer, { name, value }: StreamedText) {
  const opening = Buffer.from(`"${name}":"`);
  const literal = Buffer.from(`"${name}":"${value}"`);
  const at = event.indexOf(literal);
  const start = at + opening.length;
  const end = at + literal.length - 1;
  if (at < 0 || event.indexOf(literal, at + 1) >= 0 || !isPlain(event, start, end)) return undefined;
  if (!isAt(event, BLANK_LINE, event.length - BLANK_LINE.length)) return undefined;
  // Copies: what comes from a socket would keep all of its memory alive.
  return { before: Buffer.from(event.subarray(0, start)), after: Buffer.from(event.subarray(end)) };
}

function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < SPACE || byte === QUOTE || byte === BACKSLASH) return false;
  }
  return true;
}
