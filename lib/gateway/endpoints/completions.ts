import type { BodyFields } from "../body-fields.ts";
import { type CallEndpoint, holdsList } from "./endpoint.ts";
import { choicesOf, invalidField, missingField, optionalCount, streamingOf } from "./fields.ts";

const PROMPTS_MAX = 2_048;
/** What OpenAI takes for `max_tokens` left out at this endpoint. */
const MAX_TOKENS_UNSET = 16;

/** `POST /v1/completions`, OpenAI's older endpoint: one prompt or several, no messages. */
export const completions: CallEndpoint = {
  name: "completions",
  scope: "completions",
  method: "POST",
  dialect: "openai-chat",
  isAnswer: false,
  pattern: /^\/v1\/completions$/,
  operation: "completions",
  metering: "tokens",
  takesTokens: true,
  read: (fields) => ({
    ...streamingOf(fields),
    // None at all is a question for what the prompt itself is worth (`echo`, `logprobs`).
    maxOutputTokens: fields.get("max_tokens") === 0 ? 0 : (optionalCount(fields, "max_tokens") ?? MAX_TOKENS_UNSET),
    // `best_of` answers are written and billed, even those that are thrown away.
    choices: promptsIn(fields) * Math.max(choicesOf(fields), optionalCount(fields, "best_of", 20) ?? 1),
    wantsBase64: false,
    framing: "events",
  }),
  isReply: holdsList("choices"),
};

/** Counts the prompts: a text, texts, tokens, or lists of tokens. */
function promptsIn(fields: BodyFields): number {
  const prompt = fields.get("prompt");
  if (prompt === undefined || prompt === null) throw missingField("prompt");
  if (typeof prompt === "string") return 1;
  if (!Array.isArray(prompt)) throw invalidField("prompt", "`prompt` must be a string or an array.");
  if (prompt.length === 0) throw invalidField("prompt", "`prompt` must have at least one element.");
  if (typeof prompt[0] === "number") return 1;
  if (prompt.length > PROMPTS_MAX) throw invalidField("prompt", `\`prompt\` may have at most ${PROMPTS_MAX} elements.`);
  return prompt.length;
}
