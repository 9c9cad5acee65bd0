import { createHash } from "node:crypto";
import { numberIn, objectIn, textIn } from "#lib/gateway/dialects/read";

type Fields = Readonly<Record<string, unknown>>;
type Told = { readonly model: string; readonly inputTokens: number };
type Refused = { readonly refused: { readonly message: string; readonly type: string; readonly param: string } };

/** Writes an answer in parts, so that a long one can be sent bit by bit, or refuses. */
export type OtherAnswer = (fields: Fields, told: Told) => Iterable<string> | Refused;

const DIMENSIONS = 256;
const DIMENSIONS_MAX = 4_096;
/** Of all vectors of one answer together: a thousand of the ordinary size. */
const NUMBERS_MAX = 262_144;
/** What is looked at of one input. */
const INPUT_CHARS_MAX = 64 * 1024;
/** What the simulated moderation takes for something to flag. */
const FLAGGED = /\bflag me\b/i;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Writes the answer to an embeddings request: one unit vector for each input, the same for the same input. */
export const embeddingsText: OtherAnswer = ({ input, dimensions, encoding_format: format }, told) => {
  // A list of numbers is one input: the tokens of a text.
  const inputs = Array.isArray(input) && typeof input[0] === "number" ? [input] : listOf(input);
  const size = Math.min(DIMENSIONS_MAX, Math.max(1, Math.floor(numberIn(dimensions) ?? DIMENSIONS)));
  if (inputs.length * size > NUMBERS_MAX) return { refused: tooMany(inputs.length, size) };
  const usage = { prompt_tokens: told.inputTokens, total_tokens: told.inputTokens };
  const write = (one: unknown, index: number) => {
    const vector = vectorOf(textToHash(one), size);
    return { object: "embedding", index, embedding: format === "base64" ? base64Of(vector) : [...vector] };
  };
  return textOf({ object: "list", model: told.model, usage }, { name: "data", of: inputs, write });
};

const tooMany = (inputs: number, size: number) => ({
  message: `The sandbox gives at most ${NUMBERS_MAX} numbers in one answer; ${inputs} inputs of ${size} dimensions are more.`,
  type: "invalid_request_error",
  param: "input",
});

/** Writes the answer to a moderations request: a text that says "flag me" is flagged. */
export const moderationsText: OtherAnswer = ({ input }, { model }) =>
  textOf({ id: "modr-sandbox", model }, { name: "results", of: listOf(input), write: verdictOn });

function verdictOn(input: unknown) {
  const text = (textIn(input) ?? textIn(objectIn(input)?.text) ?? "").slice(0, INPUT_CHARS_MAX);
  const isFlagged = FLAGGED.test(text);
  return {
    flagged: isFlagged,
    categories: { harassment: isFlagged },
    category_scores: { harassment: isFlagged ? 0.99 : 0.01 },
  };
}

type List = {
  readonly name: string;
  readonly of: readonly unknown[];
  readonly write: (one: unknown, index: number) => object;
};

/** Writes an object whose last member is a list, one element after the other. */
function* textOf(head: object, { name, of, write }: List): Iterable<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"${name}":[`;
  for (const [index, one] of of.entries()) yield `${index > 0 ? "," : ""}${JSON.stringify(write(one, index))}`;
  yield "]}";
}

const textToHash = (input: unknown) => (textIn(input) ?? JSON.stringify(input ?? null)).slice(0, INPUT_CHARS_MAX);

/** Gives a unit vector whose numbers follow from a digest of the text (xorshift, Marsaglia 2003). */
function vectorOf(text: string, size: number): Float32Array {
  let state = createHash("sha256").update(text).digest().readInt32LE() || 1;
  const vector = new Float32Array(size);
  let squares = 0;
  for (let at = 0; at < size; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    vector[at] = state / 2 ** 31;
    squares += (state / 2 ** 31) ** 2;
  }
  const length = Math.sqrt(squares) || 1;
  return vector.map((value) => value / length);
}

const base64Of = (vector: Float32Array) => Buffer.from(vector.buffer).toString("base64");
