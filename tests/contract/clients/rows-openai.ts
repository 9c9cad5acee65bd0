import type OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import type { Call } from "#tests/support/client-outcome";
import { openaiAt } from "#tests/support/client-routes";
import type { Script } from "#tests/support/client-upstream";
import {
  choice,
  completion,
  either,
  json,
  OPENING,
  stream,
  toolCall,
  toolDeltas,
  USAGE,
} from "#tests/support/client-wire";

export type Row = Call & { readonly script: Script };

const SAID: OpenAI.ChatCompletionMessageParam[] = [
  { role: "developer", content: "Be brief." },
  { role: "user", content: "Wie heißt der Hof? 🛤️" },
];

type Params = Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>;

/** Asks for a whole answer, and gives it as it came. */
const whole = (model: string, script: Script, params: Params = {}): Row => ({
  model,
  script,
  ask: (route, told) => openaiAt(route, told).chat.completions.create({ model, messages: SAID, ...params }),
});

type StreamParams = Partial<OpenAI.ChatCompletionCreateParamsStreaming>;

/** Asks for a stream twice: as its chunks, and put together by the package's own accumulator, which is strict. */
const streamed = (model: string, script: Script, params: StreamParams = {}): Row => ({
  model,
  script,
  ask: async (route, told) => {
    const { completions } = openaiAt(route, told).chat;
    const asked = { model, messages: SAID, ...params, stream: true } as const;
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of await completions.create(asked)) chunks.push(chunk);
    const accumulated = await completions.stream(asked).finalChatCompletion();
    return { chunks, accumulated };
  },
});

const tool = (name: string): OpenAI.ChatCompletionFunctionTool => ({
  type: "function",
  function: {
    name,
    description: "Tells something of a place.",
    strict: true,
    parameters: {
      type: "object",
      properties: { place: { type: "string" } },
      required: ["place"],
      additionalProperties: false,
    },
  },
});

const CALLS = [
  toolCall("call_1", "weather", '{"place":"Köln"}'),
  toolCall("call_2", "time", '{"place": "Köln",\n "n": 9007199254740993}'),
];
const TOOLS: Params & StreamParams = {
  stream: undefined,
  tools: [tool("weather"), tool("time")],
  parallel_tool_calls: true,
  tool_choice: "required",
};
const WORDS = [OPENING, { content: "Der " }, { content: "Hof 🛤️" }, { content: "", finish: "stop" }] as const;

const token = (text: string, logprob: number) => ({
  token: text,
  logprob,
  bytes: [...Buffer.from(text)],
  top_logprobs: [{ token: text, logprob, bytes: [...Buffer.from(text)] }],
});

const Place = z.object({ place: z.string(), tracks: z.number() });
const parsed = (model: string, script: Script): Row => ({
  model,
  script,
  ask: (route, told) =>
    openaiAt(route, told).chat.completions.parse({
      model,
      messages: SAID,
      response_format: zodResponseFormat(Place, "place"),
    }),
});

const PICTURES: OpenAI.ChatCompletionMessageParam[] = [
  {
    role: "user",
    content: [
      { type: "text", text: "What is this?" },
      { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=", detail: "low" } },
      { type: "image_url", image_url: { url: "https://example.com/yard.png" } },
    ],
  },
];

/** The package runs the tools itself and asks again with what they gave. */
const roundTrip: Row = {
  model: "tool-round-trip",
  script: (asked, before) =>
    (before.length === 0
      ? completion(choice({ tool_calls: CALLS }, "tool_calls"))
      : completion(choice({ content: "18 degrees at noon." }, "stop")))(asked, before),
  ask: async (route, told) => {
    const run = openaiAt(route, told).chat.completions.runTools({
      model: "tool-round-trip",
      messages: SAID,
      tools: ["weather", "time"].map((name) => ({
        type: "function" as const,
        function: {
          name,
          description: name,
          parse: JSON.parse,
          parameters: { type: "object", properties: { place: { type: "string" } } },
          function: (given: { readonly place: string }) => `${name} of ${given.place}`,
        },
      })),
    });
    return { text: await run.finalContent(), messages: run.messages, usage: await run.totalUsage() };
  },
};

const BYTES = (...floats: readonly number[]) => Buffer.from(new Float32Array(floats).buffer).toString("base64");

/** Answers in the form that was asked for, as OpenAI does. */
const vectors: Script = ({ body }) => {
  const rows = [
    [0.5, -0.25, 1e-7],
    [2, 0, -4],
  ];
  const isBase64 = body.encoding_format === "base64";
  return json({
    object: "list",
    data: rows.map((row, index) => ({
      object: "embedding",
      index,
      embedding: isBase64 ? BYTES(...row) : row,
    })),
    model: body.model,
    usage: { prompt_tokens: 6, total_tokens: 6 },
  });
};

const embedded = (model: string, params: Partial<OpenAI.EmbeddingCreateParams>): Row => ({
  model,
  script: vectors,
  ask: (route, told) => openaiAt(route, told).embeddings.create({ model, input: ["a", "Hof 🛤️"], ...params }),
});

/** What the official package gets of an OpenAI-shaped upstream when all goes well. */
export const OPENAI_ROWS: readonly (readonly [title: string, row: Row])[] = [
  ["chat", whole("chat", completion(choice({ content: "Der Hof 🛤️" }, "stop")), { temperature: 0, seed: 7, user: "u" })],
  [
    "chat with fields that nobody knows, in the request and in the answer",
    whole(
      "unknown",
      ({ body }) => json({ ...answerOf(body.model), x_new: { y: [1] } }),
      Object({ x_new: { deep: [null] } }),
    ),
  ],
  ["stream", streamed("stream", stream(...WORDS))],
  ["two parallel tools", whole("tools", completion(choice({ tool_calls: CALLS }, "tool_calls")), TOOLS)],
  [
    "two parallel tools, streamed",
    streamed(
      "tools-streamed",
      stream(
        { ...OPENING, content: null },
        ...toolDeltas(0, ["call_1", "weather"], ['{"pla', 'ce":"Kö', 'ln"}']),
        ...toolDeltas(1, ["call_2", "time"], ["{}"]),
        { finish: "tool_calls" },
      ),
      TOOLS,
    ),
  ],
  ["tool round trip", roundTrip],
  ["JSON schema", parsed("schema", completion(choice({ content: '{"place":"Köln","tracks":9}' }, "stop")))],
  ["JSON schema that the model refuses", parsed("refused", completion(choice({ refusal: "I cannot." }, "stop")))],
  ["image", whole("image", completion(choice({ content: "A yard." }, "stop")), { messages: PICTURES })],
  [
    "n=2",
    whole("n", completion(choice({ content: "one" }, "stop"), choice({ content: "two" }, "length", { index: 1 })), {
      n: 2,
    }),
  ],
  [
    "n=2, streamed",
    streamed(
      "n-streamed",
      stream(
        OPENING,
        { ...OPENING, at: 1 },
        { content: "one" },
        { content: "two", at: 1 },
        { finish: "stop" },
        { finish: "length", at: 1 },
      ),
      { n: 2 },
    ),
  ],
  [
    "logprobs",
    whole(
      "logprobs",
      completion(choice({ content: "Hof" }, "stop", { logprobs: { content: [token("Hof", -0.25)], refusal: null } })),
      { logprobs: true, top_logprobs: 1 },
    ),
  ],
  [
    "logprobs, streamed",
    streamed(
      "logprobs-streamed",
      stream(
        OPENING,
        { content: "Hof", logprobs: { content: [token("Hof", -0.25)], refusal: null } },
        { finish: "stop" },
      ),
      { logprobs: true, top_logprobs: 1 },
    ),
  ],
  ["usage chunk asked for", streamed("usage", stream(...WORDS), { stream_options: { include_usage: true } })],
  ["usage chunk not asked for", streamed("no-usage", stream(...WORDS), { stream_options: { include_usage: false } })],
  ["embeddings, as the package asks by itself (base64)", embedded("vectors", {})],
  ["embeddings, base64 by name", embedded("vectors-base64", { encoding_format: "base64" })],
  ["embeddings, floats", embedded("vectors-floats", { encoding_format: "float", user: "u" })],
  ["embeddings with dimensions", embedded("vectors-dimensions", { dimensions: 3 })],
  ["embeddings of tokens", embedded("vectors-tokens", { input: [1, 2, 3] })],
  ["embeddings of lists of tokens", embedded("vectors-token-lists", { input: [[1, 2], [3]] })],
  [
    "an answer cut by its length and one by the filter",
    whole(
      "finishes",
      either(
        completion(choice({ content: "Der" }, "length"), choice({ content: "" }, "content_filter", { index: 1 })),
        stream(OPENING),
      ),
      { n: 2, max_completion_tokens: 1 },
    ),
  ],
];

const answerOf = (model: unknown) => ({
  id: "chatcmpl-C1",
  object: "chat.completion",
  created: 1_760_000_000,
  model,
  choices: [choice({ content: "yes", reasoning_content: "hm" }, "stop")],
  usage: { ...USAGE, x_price: 0.000001 },
});
