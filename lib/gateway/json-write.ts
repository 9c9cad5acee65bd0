import { randomUUID } from "node:crypto";
import type { JsonObject } from "./conversation.ts";
import { isPlain } from "./json-tokens.ts";

/** Below, JSON.stringify by itself is as quick. */
const LARGE_BYTES = 1024 * 1024;
const LONG_CHARS = 65_536;

/** What stands for a long text, and that no caller can have written. */
const MARK = randomUUID();
const MARKED = new RegExp(`"${MARK}(\\d+)"`);

/**
 * Writes a value as the bytes of its JSON, as JSON.stringify gives it. Of a large one, `sizeHint` bytes or so, long texts are
 * looked at four characters at a time: images are megabytes of base64, for which JSON.stringify takes 4 ms each.
 */
export function jsonBytes(value: JsonObject, sizeHint: number): Uint8Array {
  if (sizeHint < LARGE_BYTES) return Buffer.from(JSON.stringify(value));
  const texts: string[] = [];
  const marked = JSON.stringify(value, (_name, one: unknown) =>
    typeof one === "string" && one.length > LONG_CHARS ? MARK + (texts.push(one) - 1) : one,
  );
  // Every second piece is the place of a text.
  const pieces = marked
    .split(MARKED)
    .flatMap((piece, at) => (at % 2 === 0 ? [Buffer.from(piece)] : quoted(texts[Number(piece)])));
  return Buffer.concat(pieces);
}

const QUOTE = Buffer.from('"');

function quoted(text = ""): readonly Uint8Array[] {
  // Half of a surrogate pair has no bytes of its own.
  const bytes = text.isWellFormed() ? Buffer.from(text) : undefined;
  return bytes && isPlain(bytes) ? [QUOTE, bytes, QUOTE] : [Buffer.from(JSON.stringify(text))];
}
