import { embedMany, generateText, Output, streamText, tool } from "ai";
import type OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import type { Call } from "#tests/support/client-outcome";
import { aiSdkAt, openaiAt } from "#tests/support/client-routes";

/** The same questions for upstreams that say what they will: what each package has of an answer, whoever gave it. */
export type Ask = (model: string) => Call["ask"];

const MESSAGES: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "Wie heißt der Hof? 🛤️" }];
const PROMPT = { prompt: "Wie heißt der Hof? 🛤️" };
const Place = z.object({ place: z.string(), tracks: z.number() });

const TOOLS: OpenAI.ChatCompletionTool[] = ["weather", "time"].map((name) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: { place: { type: "string" } }, required: ["place"] } },
}));
const AI_TOOLS = Object.fromEntries(
  ["weather", "time"].map((name) => [name, tool({ inputSchema: z.object({ place: z.string() }) })]),
);

type Whole = Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>;

export const whole =
  (params: Whole = {}): Ask =>
  (model) =>
  (route, told) =>
    openaiAt(route, told).chat.completions.create({ model, messages: MESSAGES, ...params });

type Streamed = Partial<OpenAI.ChatCompletionCreateParamsStreaming>;

export const streamed =
  (params: Streamed = {}): Ask =>
  (model) =>
  async (route, told) => {
    const asked = { model, messages: MESSAGES, ...params, stream: true } as const;
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of await openaiAt(route, told).chat.completions.create(asked)) chunks.push(chunk);
    return chunks;
  };

const generated =
  (given: Partial<Parameters<typeof generateText>[0]> = {}): Ask =>
  (model) =>
  async (route, told) => {
    const { content, finishReason, usage } = await generateText({
      model: aiSdkAt(route, told)(model),
      ...PROMPT,
      ...Object(given),
    });
    return { content, finishReason, usage };
  };

const flowing =
  (given: Partial<Parameters<typeof streamText>[0]> = {}): Ask =>
  (model) =>
  async (route, told) => {
    const of = aiSdkAt(route, told, { includeUsage: true })(model);
    const { fullStream } = streamText({ model: of, ...PROMPT, onError: () => undefined, ...Object(given) });
    const kept: unknown[] = [];
    for await (const part of fullStream) {
      if (part.type === "error") throw part.error;
      if (!TRANSPORT.has(part.type)) kept.push(part);
    }
    return kept;
  };

/** Parts that hold times and ids of the package's own. */
const TRANSPORT = new Set(["start", "start-step", "finish-step", "model-call-end"]);

const WITH_USAGE: Streamed = { stream_options: { include_usage: true } };

export const CHATS: Readonly<Record<string, Ask>> = {
  "openai: chat": whole(),
  "openai: stream, usage chunk not asked for": streamed(),
  "openai: stream, usage chunk asked for": streamed(WITH_USAGE),
  "ai: chat": generated(),
  "ai: stream": flowing(),
};

export const TOOL_CHATS: Readonly<Record<string, Ask>> = {
  "openai: tools": whole({ tools: TOOLS, tool_choice: "required", parallel_tool_calls: true }),
  "openai: tools, streamed": streamed({ tools: TOOLS, tool_choice: "required", ...WITH_USAGE }),
  "ai: tools": generated({ tools: AI_TOOLS }),
  "ai: tools, streamed": flowing({ tools: AI_TOOLS }),
};

export const SCHEMA_CHATS: Readonly<Record<string, Ask>> = {
  "openai: JSON schema": (model) => (route, told) =>
    openaiAt(route, told).chat.completions.parse({
      model,
      messages: MESSAGES,
      response_format: zodResponseFormat(Place, "place"),
    }),
  "ai: JSON schema": (model) => async (route, told) =>
    (
      await generateText({
        model: aiSdkAt(route, told)(model),
        ...PROMPT,
        output: Output.object({ schema: Place }),
      })
    ).output,
};

const INPUT = ["a", "Hof 🛤️"];

const embedded =
  (params: Partial<OpenAI.EmbeddingCreateParams> = {}): Ask =>
  (model) =>
  (route, told) =>
    openaiAt(route, told).embeddings.create({ model, input: INPUT, ...params });

export const EMBEDDINGS: Readonly<Record<string, Ask>> = {
  "openai: embeddings, base64 as it asks by itself": embedded(),
  "openai: embeddings, floats": embedded({ encoding_format: "float" }),
  "openai: embeddings with dimensions": embedded({ dimensions: 8 }),
  "openai: embeddings of tokens": embedded({ input: [1, 2, 3] }),
  "ai: embeddings": (model) => async (route, told) => {
    const of = aiSdkAt(route, told).embeddingModel(model);
    const { embeddings, usage } = await embedMany({ model: of, values: INPUT });
    return { embeddings, usage };
  },
};

export const MODERATIONS: Readonly<Record<string, Ask>> = {
  "openai: moderation": (model) => (route, told) =>
    openaiAt(route, told).moderations.create({ model, input: "please flag me" }),
};

export const COMPLETIONS: Readonly<Record<string, Ask>> = {
  "openai: completion": (model) => (route, told) =>
    openaiAt(route, told).completions.create({ model, prompt: "Der Hof" }),
  "openai: completion, streamed": (model) => async (route, told) => {
    const chunks: OpenAI.Completion[] = [];
    const asked = { model, prompt: "Der Hof", stream: true } as const;
    for await (const chunk of await openaiAt(route, told).completions.create(asked)) chunks.push(chunk);
    return chunks;
  },
};
