import { randomUUID } from "node:crypto";
import type { JsonObject } from "./conversation.ts";
import type { LongText } from "./json-exact.ts";
import { isPlain } from "./json-tokens.ts";

/** Below, JSON.stringify by itself is as quick. */
const LARGE_BYTES = 1024 * 1024;
const LONG_CHARS = 65_536;

/** What stands for a piece, and that no caller can have written. */
const MARK = randomUUID();
const MARKED = new RegExp(`"${MARK}(\\d+)"`);

/** Writes what was parsed as its JSON. Gives undefined for what cannot be written, as what is nested too deep. */
export function writtenOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Gives a text to stand in a value in the place of a piece. */
export const markOf = (place: number): string => MARK + place;

/** Writes a value as `JSON.stringify` gave it, with the pieces that are JSON already in the places of their marks. */
export function jsonAround(written: string, piecesOf: (place: number) => readonly Uint8Array[]): Uint8Array {
  // Every second part is the place of a mark.
  const parts = written
    .split(MARKED)
    .flatMap((part, at) => (at % 2 === 0 ? [Buffer.from(part)] : piecesOf(Number(part))));
  return Buffer.concat(parts);
}

/**
 * Writes a value as the bytes of its JSON, as JSON.stringify gives it. Of a large one, `sizeHint` bytes or so, long texts are
 * written by themselves: as they were read, where they are among `known`, and else looked at four characters at a time. Images
 * are megabytes of base64, for which JSON.stringify takes 4 ms each.
 */
export function jsonBytes(value: JsonObject, sizeHint: number, known: readonly LongText[] = []): Uint8Array {
  if (sizeHint < LARGE_BYTES) return Buffer.from(JSON.stringify(value));
  const texts: string[] = [];
  const written = JSON.stringify(value, (_name, one: unknown) =>
    typeof one === "string" && one.length > LONG_CHARS ? markOf(texts.push(one) - 1) : one,
  );
  const quotedOf = quoter(known);
  return jsonAround(written, (place) => quotedOf(texts[place]));
}

/** So many of the known texts may be left out, or others said in between, from one to the next. */
const SKIPPED_MAX = 2;

/** Texts are written in the order in which they were read, most of the time: each is compared with the next ones only. */
function quoter(known: readonly LongText[]) {
  let next = 0;
  return (text = ""): readonly Uint8Array[] => {
    for (let at = next; at <= next + SKIPPED_MAX; at++) {
      const one = known[at];
      const found = one && quotedIn(one, text);
      if (!found) continue;
      next = at + 1;
      return found;
    }
    return quoted(text);
  };
}

/** Finds a text that is the whole of one that was read, or its end, as an image is within its URL. */
function quotedIn({ text: whole, quoted }: LongText, text: string): readonly Uint8Array[] | undefined {
  if (whole === text) return [quoted];
  // Where each character is one byte, none is escaped.
  if (quoted.length !== whole.length + 2 || whole.slice(-text.length) !== text) return undefined;
  return [QUOTE, quoted.subarray(-text.length - 1)];
}

const QUOTE = Buffer.from('"');

function quoted(text: string): readonly Uint8Array[] {
  // Half of a surrogate pair has no bytes of its own.
  const bytes = text.isWellFormed() ? Buffer.from(text) : undefined;
  return bytes && isPlain(bytes) ? [QUOTE, bytes, QUOTE] : [Buffer.from(JSON.stringify(text))];
}
