import { createHash } from "node:crypto";
import { objectIn } from "#lib/gateway/dialects/read";

type Fields = Readonly<Record<string, unknown>>;

const DIMENSIONS = 256;
const DIMENSIONS_MAX = 4_096;
const BYTES_PER_TOKEN = 4;
const FLOAT_BYTES = 4;
/** What the simulated moderation takes for something to flag. */
const FLAGGED = /\bflag me\b/i;

const tokensIn = (value: unknown) => Math.ceil(Buffer.byteLength(JSON.stringify(value) ?? "") / BYTES_PER_TOKEN);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Writes the answer to an embeddings request: one unit vector for each input, the same for the same input. */
export function embeddingsText({ input, dimensions, encoding_format: format }: Fields, model: string): string {
  // A list of numbers is one input: the tokens of a text.
  const inputs = Array.isArray(input) && typeof input[0] === "number" ? [input] : listOf(input);
  const size = Math.min(DIMENSIONS_MAX, Number(dimensions ?? DIMENSIONS));
  const data = inputs.map((one, index) => {
    const vector = vectorOf(JSON.stringify(one), size);
    return { object: "embedding", index, embedding: format === "base64" ? base64Of(vector) : [...vector] };
  });
  const count = tokensIn(input);
  return JSON.stringify({ object: "list", data, model, usage: { prompt_tokens: count, total_tokens: count } });
}

function vectorOf(text: string, size: number): Float32Array {
  const vector = new Float32Array(size);
  for (let at = 0; at < size; at += 8) {
    const digest = createHash("sha256").update(`${at} ${text}`).digest();
    for (let place = 0; place < 8 && at + place < size; place++)
      vector[at + place] = digest.readInt32LE(place * FLOAT_BYTES) / 2 ** 31;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

const base64Of = (vector: Float32Array) => Buffer.from(vector.buffer).toString("base64");

/** Writes the answer to a moderations request: a text that says "flag me" is flagged. */
export function moderationsText({ input }: Fields, model: string): string {
  const results = listOf(input).map((one) => {
    const isFlagged = FLAGGED.test(typeof one === "string" ? one : String(objectIn(one)?.text ?? ""));
    return {
      flagged: isFlagged,
      categories: { harassment: isFlagged },
      category_scores: { harassment: isFlagged ? 0.99 : 0.01 },
    };
  });
  return JSON.stringify({ id: "modr-sandbox", model, results });
}
