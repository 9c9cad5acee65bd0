import { embedMany, generateText, type LanguageModel, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import { aiOpenaiAt, aiSdkAt } from "#tests/support/client-routes";
import type { Script } from "#tests/support/client-upstream";
import { choice, completion, json, OPENING, stream, toolCall, toolDeltas } from "#tests/support/client-wire";
import type { Row } from "./rows-openai.ts";

const SAID = { instructions: "Be brief.", prompt: "Wie heißt der Hof? 🛤️" };

/** A row of the package: `ask` is given the model as the package has it. */
const row = (model: string, script: Script, ask: (of: LanguageModel) => Promise<unknown>): Row => ({
  model,
  script,
  ask: (route, told) => ask(aiSdkAt(route, told)(model)),
});

type Step = Pick<Awaited<ReturnType<typeof generateText>>, "text" | "content" | "finishReason" | "usage" | "warnings">;

/** What the package makes of an answer; its request, its ids and its response's headers are the transport's. */
const plain = ({ text, content, finishReason, usage, warnings }: Step) => ({
  text,
  content,
  finishReason,
  usage,
  warnings,
});

const parts = async ({ fullStream }: { readonly fullStream: AsyncIterable<{ readonly type: string }> }) => {
  const kept: unknown[] = [];
  for await (const part of fullStream) if (!TRANSPORT.has(part.type)) kept.push(part);
  return kept;
};

/** Parts that hold times and ids of the package's own. */
const TRANSPORT = new Set(["start", "start-step", "finish-step", "model-call-end"]);

const described = (name: string) => ({
  description: `Tells the ${name} of a place.`,
  inputSchema: z.object({ place: z.string() }),
});
const TOOLS = { weather: tool(described("weather")), time: tool(described("time")) };
const RUNNING = {
  weather: tool({ ...described("weather"), execute: ({ place }) => `weather of ${place}` }),
  time: tool({ ...described("time"), execute: ({ place }) => `time of ${place}` }),
};
const CALLS = [toolCall("call_1", "weather", '{"place":"Köln"}'), toolCall("call_2", "time", '{"place": "Bonn"}')];
const CALLED = completion(choice({ tool_calls: CALLS }, "tool_calls"));
const CALLED_STREAMED = stream(
  { ...OPENING, content: null },
  ...toolDeltas(0, ["call_1", "weather"], ['{"pla', 'ce":"Kö', 'ln"}']),
  ...toolDeltas(1, ["call_2", "time"], ['{"place":"Bonn"}']),
  { finish: "tool_calls" },
);
const WORDS = stream(OPENING, { content: "Der " }, { content: "Hof 🛤️" }, { content: "", finish: "stop" });

/** Calls the tools first, and says something once it has what they gave. */
const thenSays =
  (first: Script, second: Script): Script =>
  (asked, before) =>
    (before.length === 0 ? first : second)(asked, before);

/** As data only: what is an address, the package fetches itself. */
const PICTURES = [
  {
    role: "user" as const,
    content: [
      { type: "text" as const, text: "What is this?" },
      { type: "image" as const, image: Buffer.from("89504e470d0a1a0a", "hex"), mediaType: "image/png" },
    ],
  },
];

const LOGPROBS = [{ token: "Hof", logprob: -0.25, bytes: [72], top_logprobs: [{ token: "Hof", logprob: -0.25 }] }];

const schema = z.object({ place: z.string(), tracks: z.number() });

const vectors: Script = ({ body }) =>
  json({
    object: "list",
    data: [
      { object: "embedding", index: 0, embedding: [0.5, -0.25, 1e-7] },
      { object: "embedding", index: 1, embedding: [2, 0, -4] },
    ],
    model: body.model,
    usage: { prompt_tokens: 6, total_tokens: 6 },
  });

/** What the `ai` package gets of an OpenAI-shaped upstream when all goes well. It has no word for `n`. */
export const AI_ROWS: readonly (readonly [title: string, row: Row])[] = [
  [
    "chat",
    row("chat", completion(choice({ content: "Der Hof 🛤️" }, "stop")), async (model) =>
      plain(await generateText({ model, ...SAID, temperature: 0, seed: 7 })),
    ),
  ],
  [
    "chat with thoughts",
    row("thoughts", completion(choice({ content: "yes", reasoning_content: "hm" }, "stop")), async (model) =>
      plain(await generateText({ model, ...SAID })),
    ),
  ],
  ["stream", row("stream", WORDS, async (model) => parts(streamText({ model, ...SAID })))],
  [
    "two parallel tools",
    row("tools", CALLED, async (model) => plain(await generateText({ model, ...SAID, tools: TOOLS }))),
  ],
  [
    "two parallel tools, streamed",
    row("tools-streamed", CALLED_STREAMED, async (model) => parts(streamText({ model, ...SAID, tools: TOOLS }))),
  ],
  [
    "tool round trip",
    row(
      "round-trip",
      thenSays(CALLED, completion(choice({ content: "18 degrees at noon." }, "stop"))),
      async (model) => {
        const stopWhen = stepCountIs(3);
        const { steps } = await generateText({ model, ...SAID, tools: RUNNING, stopWhen });
        return steps.map(plain);
      },
    ),
  ],
  [
    "tool round trip, streamed",
    row("round-trip-streamed", thenSays(CALLED_STREAMED, WORDS), async (model) => {
      const { steps } = streamText({ model, ...SAID, tools: RUNNING, stopWhen: stepCountIs(3) });
      return (await steps).map(plain);
    }),
  ],
  [
    "JSON schema",
    row("schema", completion(choice({ content: '{"place":"Köln","tracks":9}' }, "stop")), async (model) => {
      const { output } = await generateText({ model, ...SAID, output: Output.object({ schema }) });
      return output;
    }),
  ],
  [
    "image",
    row("image", completion(choice({ content: "A yard." }, "stop")), async (model) =>
      plain(await generateText({ model, messages: PICTURES })),
    ),
  ],
  [
    "logprobs",
    {
      model: "logprobs",
      script: completion(choice({ content: "Hof" }, "stop", { logprobs: { content: LOGPROBS, refusal: null } })),
      ask: async (route, told) => {
        const model = aiOpenaiAt(route, told).chat("logprobs");
        const answer = await generateText({ model, ...SAID, providerOptions: { openai: { logprobs: 1 } } });
        return { ...plain(answer), logprobs: answer.finalStep.providerMetadata?.openai?.logprobs };
      },
    },
  ],
  [
    "usage chunk asked for",
    {
      model: "usage",
      script: WORDS,
      ask: async (route, told) => {
        const model = aiSdkAt(route, told, { includeUsage: true })("usage");
        return parts(streamText({ model, ...SAID }));
      },
    },
  ],
  [
    "completion",
    {
      model: "text",
      script: ({ body }) =>
        json({
          ...{ id: "cmpl-C1", object: "text_completion", created: 1_760_000_000, model: body.model },
          choices: [{ text: " und das Gleis", index: 0, logprobs: null, finish_reason: "stop" }],
          usage: { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 },
        }),
      ask: async (route, told) => {
        const model = aiSdkAt(route, told).completionModel("text");
        return plain(await generateText({ model, prompt: "Der Hof" }));
      },
    },
  ],
  [
    "embeddings, floats",
    {
      model: "vectors",
      script: vectors,
      ask: async (route, told) => {
        const model = aiSdkAt(route, told).embeddingModel("vectors");
        const { embeddings, usage } = await embedMany({ model, values: ["a", "Hof 🛤️"] });
        return { embeddings, usage };
      },
    },
  ],
];
