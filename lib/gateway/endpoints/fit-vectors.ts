import { BOUNDS } from "../bounds.ts";
import type { Json } from "../conversation.ts";
import { fromBase64, toBase64, vectorIn } from "../dialects/embeddings/vector-text.ts";
import { listIn } from "../dialects/read.ts";
import { textOf } from "../json-scan.ts";
import { skipSpace } from "../json-tokens.ts";
import { nextTurn } from "../next-turn.ts";

/**
 * Writes the vectors of a reply as base64 or as numbers, for some upstreams know one form only. Everything else stays the
 * bytes it was, and so does a vector that has its form. Takes a turn of the event loop for each few of them: together they
 * are tens of megabytes. Throws where a vector is none.
 */
export async function fitVectors(reply: Uint8Array, wantsBase64: boolean): Promise<Uint8Array> {
  const bytes = Buffer.from(reply.buffer, reply.byteOffset, reply.length);
  const unfit = wantsBase64 ? OPEN_BRACKET : QUOTE;
  const pieces: Uint8Array[] = [];
  let done = 0;
  let turnEnd = BOUNDS.turnBytesMax;
  for (let start = nextVector(bytes, 0); start !== NONE; start = nextVector(bytes, start)) {
    if (bytes[start] !== unfit || isMatrix(bytes, start)) continue;
    const end = bytes.indexOf(wantsBase64 ? CLOSE_BRACKET : QUOTE, start + 1) + 1;
    pieces.push(bytes.subarray(done, start), rewritten(bytes.subarray(start, end), wantsBase64));
    done = end;
    if (end < turnEnd) continue;
    turnEnd = end + BOUNDS.turnBytesMax;
    await nextTurn();
  }
  return done === 0 ? reply : Buffer.concat([...pieces, bytes.subarray(done)]);
}

const NONE = -1;
const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const NAME = '"embedding"';

/** Gives where the value of the next `embedding` begins; the same word stands as a value beside it. */
function nextVector(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(NAME, from); at !== NONE; at = bytes.indexOf(NAME, at + 1)) {
    const colon = skipSpace(bytes, at + NAME.length);
    // Behind a backslash it is the end of a longer name.
    if (bytes[colon] === COLON && bytes[at - 1] !== BACKSLASH) return skipSpace(bytes, colon + 1);
  }
  return NONE;
}

/** Several vectors of one input, as some models give them, have no base64. */
const isMatrix = (bytes: Buffer, start: number) =>
  bytes[start] === OPEN_BRACKET && bytes[skipSpace(bytes, start + 1)] === OPEN_BRACKET;

function rewritten(vector: Uint8Array, wantsBase64: boolean): Uint8Array {
  const value = JSON.parse(textOf(vector));
  return Buffer.from(JSON.stringify(wantsBase64 ? base64Of(value) : fromBase64(value)));
}

function base64Of(values: Json): string {
  const vector = vectorIn(values);
  if (vector.length !== listIn(values).length) throw new Error("a vector holds what is no number");
  return toBase64(vector);
}
