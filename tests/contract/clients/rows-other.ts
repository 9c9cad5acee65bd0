import type OpenAI from "openai";
import { openaiAt } from "#tests/support/client-routes";
import type { Fields, Script } from "#tests/support/client-upstream";
import { either, json } from "#tests/support/client-wire";
import type { Row } from "./rows-openai.ts";

const HEAD = { id: "cmpl-C1", object: "text_completion", created: 1_760_000_000, system_fingerprint: "fp_1" };
const USAGE = { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 };

const written = (text: string, given: Fields = {}): Fields => ({
  text,
  index: 0,
  logprobs: null,
  finish_reason: "stop",
  ...given,
});

/** A whole answer of the older endpoint, with these choices. */
const writes =
  (...choices: readonly Fields[]): Script =>
  ({ body }) =>
    json({ ...HEAD, model: body.model, choices, usage: USAGE });

/** The same as a stream: the usage in a chunk of its own, where it was asked for. */
const streams =
  (...choices: readonly Fields[]): Script =>
  ({ body }) => {
    const asksUsage = Object(body.stream_options).include_usage === true;
    const chunk = (shown: readonly Fields[], usage: unknown) =>
      JSON.stringify({ ...HEAD, model: body.model, choices: shown, ...(asksUsage ? { usage } : {}) });
    return { events: [...choices.map((one) => chunk([one], null)), ...(asksUsage ? [chunk([], USAGE)] : [])] };
  };

const completed = (model: string, script: Script, params: Partial<OpenAI.CompletionCreateParamsNonStreaming>): Row => ({
  model,
  script,
  ask: (route, told) => openaiAt(route, told).completions.create({ model, prompt: "Der Hof 🛤️", ...params }),
});

const PIECES = streams(
  written("Der", { finish_reason: null }),
  written(" Hof 🛤️", { finish_reason: null }),
  written("", { finish_reason: "length" }),
);

const streamed = (model: string, params: Partial<OpenAI.CompletionCreateParamsStreaming> = {}): Row => ({
  model,
  script: either(writes(), PIECES),
  ask: async (route, told) => {
    const asked = { model, prompt: "Der Hof", ...params, stream: true } as const;
    const chunks: OpenAI.Completion[] = [];
    for await (const chunk of await openaiAt(route, told).completions.create(asked)) chunks.push(chunk);
    return chunks;
  },
});

const LOGPROBS = {
  tokens: ["Hof"],
  token_logprobs: [-0.25],
  top_logprobs: [{ Hof: -0.25, Gleis: -2 }],
  text_offset: [0],
};

const judged: Script = ({ body }) => {
  const inputs = Array.isArray(body.input) ? body.input : [body.input];
  const results = inputs.map((_input, index) => ({
    flagged: index === 0,
    categories: { harassment: index === 0, "self-harm/intent": false },
    category_scores: { harassment: 0.9000000000000001, "self-harm/intent": 1e-7 },
    category_applied_input_types: { harassment: ["text"], "self-harm/intent": ["text", "image"] },
  }));
  return json({ id: "modr-C1", model: body.model, results });
};

const moderated = (model: string, input: OpenAI.ModerationCreateParams["input"]): Row => ({
  model,
  script: judged,
  ask: (route, told) => openaiAt(route, told).moderations.create({ model, input }),
});

/** What the official package gets of the endpoints that are no chat. */
export const OTHER_ROWS: readonly (readonly [title: string, row: Row])[] = [
  ["completion", completed("text", writes(written(" und das Gleis")), { max_tokens: 4, suffix: ".", user: "u" })],
  [
    "completion of several prompts, several times",
    completed(
      "texts",
      writes(...["a", "b", "c", "d"].map((text, index) => written(text, { index, finish_reason: "length" }))),
      { prompt: ["one", "two"], n: 2, best_of: 3 },
    ),
  ],
  ["completion of tokens", completed("text-tokens", writes(written("!")), { prompt: [1, 2, 3] })],
  [
    "completion of several lists of tokens",
    completed("text-token-lists", writes(written("!"), written("?", { index: 1 })), { prompt: [[1, 2], [3]] }),
  ],
  [
    "completion with logprobs and its prompt repeated",
    completed("text-logprobs", writes(written("Hof", { logprobs: LOGPROBS })), { logprobs: 2, echo: true }),
  ],
  [
    "completion of no token at all: its prompt and what that was worth",
    completed("text-scored", writes(written("Hof", { logprobs: LOGPROBS, finish_reason: "length" })), {
      logprobs: 1,
      echo: true,
      max_tokens: 0,
    }),
  ],
  ["completion, streamed", streamed("text-streamed")],
  [
    "completion, streamed, usage chunk asked for",
    streamed("text-streamed-usage", { stream_options: { include_usage: true } }),
  ],
  ["moderation of a text", moderated("judge", "Der Hof 🛤️")],
  ["moderation of texts", moderated("judge-texts", ["one", "two"])],
  [
    "moderation of a text and a picture",
    moderated("judge-parts", [
      { type: "text", text: "What is this?" },
      { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
    ]),
  ],
];
