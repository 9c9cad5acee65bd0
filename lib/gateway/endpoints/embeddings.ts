import type { BodyFields } from "../body-fields.ts";
import { fromBase64, toBase64 } from "../dialects/embeddings/vector-text.ts";
import { textOf } from "../json-scan.ts";
import { skipSpace } from "../json-tokens.ts";
import { type CallEndpoint, type CallView, holdsList, PLAIN_VIEW } from "./endpoint.ts";
import { invalidField, missingField, optionalCount } from "./fields.ts";

const INPUTS_MAX = 2_048;
const DIMENSIONS_MAX = 100_000;
const TOKEN_ID_MAX = 10_000_000;

/** `POST /v1/embeddings`. The SDKs ask for base64 by default and decode little-endian 32-bit floats. */
export const embeddings: CallEndpoint = {
  name: "embeddings",
  scope: "embeddings",
  method: "POST",
  dialect: "openai-chat",
  isAnswer: false,
  pattern: /^\/v1\/embeddings$/,
  operation: "embeddings",
  metering: "input",
  read: (fields) => {
    checkInput(fields.get("input"));
    optionalCount(fields, "dimensions", DIMENSIONS_MAX);
    return { ...PLAIN_VIEW, wantsBase64: wantsBase64(fields) };
  },
  isReply: holdsList("data"),
  fit: fitEmbeddings,
};

function wantsBase64(fields: BodyFields): boolean {
  const format = fields.get("encoding_format");
  if (format === undefined || format === null || format === "float") return false;
  if (format === "base64") return true;
  throw invalidField("encoding_format", "`encoding_format` must be `float` or `base64`.");
}

/** Takes a text, texts, tokens, or lists of tokens: none of them empty. */
function checkInput(input: unknown): void {
  if (input === undefined || input === null) throw missingField("input");
  if (typeof input === "string") return checkText(input, "input");
  if (!Array.isArray(input)) throw invalidField("input", "`input` must be a string or an array.");
  if (input.length === 0) throw invalidField("input", "`input` must have at least one element.");
  if (typeof input[0] === "number") return checkTokens(input, "input");
  if (input.length > INPUTS_MAX) throw invalidField("input", `\`input\` may have at most ${INPUTS_MAX} elements.`);
  checkItems(input);
}

function checkItems(items: readonly unknown[]): void {
  const [first] = items;
  for (const [index, item] of items.entries()) {
    if (typeof item !== typeof first) throw invalidField(`input.${index}`, "`input` must not mix texts and tokens.");
    if (Array.isArray(item)) checkTokens(item, `input.${index}`);
    else checkText(item, `input.${index}`);
  }
}

function checkText(text: unknown, param: string): void {
  if (typeof text !== "string") throw invalidField(param, `\`${param}\` must be a string or an array of tokens.`);
  if (text === "") throw invalidField(param, `\`${param}\` must not be empty.`);
}

function checkTokens(tokens: readonly unknown[], param: string): void {
  if (tokens.length === 0) throw invalidField(param, `\`${param}\` must not be empty.`);
  const isToken = (token: unknown) =>
    typeof token === "number" && Number.isInteger(token) && token >= 0 && token <= TOKEN_ID_MAX;
  if (!tokens.every(isToken)) throw invalidField(param, `\`${param}\` must hold token numbers only.`);
}

/** Some upstreams know one form of vectors only: what was asked for is made of it. Gives the same bytes when the form fits. */
function fitEmbeddings(bytes: Uint8Array, { wantsBase64: isBase64 }: CallView): Uint8Array {
  // A reply may be tens of megabytes: an upstream gives all its vectors in the form of the first.
  if (firstByteOfVector(bytes) === (isBase64 ? QUOTE : OPEN_BRACKET)) return bytes;
  const reply = JSON.parse(textOf(bytes));
  const data: readonly unknown[] = reply.data;
  const fitted = data.map((item) => fitItem(item, isBase64));
  if (fitted.every((item, index) => item === data[index])) return bytes;
  return Buffer.from(JSON.stringify({ ...reply, data: fitted }));
}

const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const COLON = 0x3a;
const NAME = '"embedding"';

/** Gives the byte that the first vector begins with; the same word stands as a value beside it. */
function firstByteOfVector({ buffer, byteOffset, length }: Uint8Array): number | undefined {
  const bytes = Buffer.from(buffer, byteOffset, length);
  for (let at = bytes.indexOf(NAME); at !== -1; at = bytes.indexOf(NAME, at + NAME.length)) {
    const colon = skipSpace(bytes, at + NAME.length);
    if (bytes[colon] === COLON) return bytes[skipSpace(bytes, colon + 1)];
  }
  return undefined;
}

function fitItem(item: unknown, isBase64: boolean): unknown {
  if (typeof item !== "object" || item === null || !("embedding" in item)) return item;
  const { embedding } = item;
  if (isBase64 && Array.isArray(embedding)) return { ...item, embedding: toBase64(embedding.map(Number)) };
  if (!isBase64 && typeof embedding === "string") return { ...item, embedding: fromBase64(embedding) };
  return item;
}
