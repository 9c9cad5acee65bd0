import type { BodyFields } from "../body-fields.ts";
import { readInputUsage } from "../dialects/openai-chat/usage.ts";
import { memberOf, parseMember } from "../json-scan.ts";
import { type CallEndpoint, holdsList, PLAIN_VIEW } from "./endpoint.ts";
import { invalidField, missingField, optionalCount } from "./fields.ts";
import { fitVectors } from "./fit-vectors.ts";

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
  takesTokens: true,
  read: (fields) => {
    checkInput(fields.get("input"));
    optionalCount(fields, "dimensions", DIMENSIONS_MAX);
    return { ...PLAIN_VIEW, wantsBase64: wantsBase64(fields) };
  },
  isReply: holdsList("data"),
  readReplyUsage: (bytes, members) => readInputUsage(parseMember(bytes, memberOf(members, "usage"))),
  convert: (reply, { wantsBase64: isBase64 }) => fitVectors(reply, isBase64),
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
