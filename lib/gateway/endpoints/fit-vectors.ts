import type { Json } from "../conversation.ts";
import { fromBase64, toBase64, vectorIn } from "../dialects/embeddings/vector-text.ts";
import { listIn } from "../dialects/read.ts";
import { elementsAt, memberOf, type Span, scanTrusted, textOf } from "../json-scan.ts";
import { skipSpace } from "../json-tokens.ts";
import { inTurns } from "../next-turn.ts";

/**
 * Writes the vectors of a reply as base64 or as numbers, for some upstreams know one form only. Everything else stays the
 * bytes it was, and so does a vector that has its form. Takes a turn of the event loop for each few of them: together they
 * are tens of megabytes. Throws where a vector is none.
 */
export async function fitVectors(reply: Uint8Array, wantsBase64: boolean): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let done = 0;
  for await (const { start, end } of inTurns(vectorsIn(reply))) {
    if (!isUnfit(reply, start, wantsBase64)) continue;
    pieces.push(reply.subarray(done, start), rewritten(reply.subarray(start, end), wantsBase64));
    done = end;
  }
  return done === 0 ? reply : Buffer.concat([...pieces, reply.subarray(done)]);
}

/** Gives where the `embedding` of each item of `data` stands. */
function* vectorsIn(reply: Uint8Array): Generator<Span> {
  const data = memberOf(scanTrusted(reply) ?? [], "data");
  if (data === undefined) return;
  for (const item of elementsAt(reply, data.valueStart)) {
    const vector = memberOf(scanTrusted(reply.subarray(item.start, item.end)) ?? [], "embedding");
    if (vector) yield { start: item.start + vector.valueStart, end: item.start + vector.valueEnd };
  }
}

const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;

/** Several vectors of one input, as some models give them, have one form only. */
function isUnfit(bytes: Uint8Array, start: number, wantsBase64: boolean): boolean {
  if (!wantsBase64) return bytes[start] === QUOTE;
  const first = bytes[skipSpace(bytes, start + 1)];
  return bytes[start] === OPEN_BRACKET && first !== OPEN_BRACKET && first !== QUOTE;
}

function rewritten(vector: Uint8Array, wantsBase64: boolean): Uint8Array {
  const value = JSON.parse(textOf(vector));
  return Buffer.from(JSON.stringify(wantsBase64 ? base64Of(value) : fromBase64(value)));
}

function base64Of(values: Json): string {
  const vector = vectorIn(values);
  if (vector.length !== listIn(values).length) throw new Error("a vector holds what is no number");
  return toBase64(vector);
}
