import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, jsonSchema, type LanguageModel, Output, stepCountIs, streamText, tool } from "ai";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { FRONTS, type Stage, stagesOfFile } from "./stage.ts";
import {
  ANSWER,
  ANSWER_SCHEMA,
  CALLS,
  expectPrompt,
  expectRoundTrip,
  expectTools,
  HELLO,
  PROMPT,
  SHUNT,
  SHUNT_SCHEMA,
  STORY,
  SYSTEM,
  WHISTLE,
  WHISTLE_SCHEMA,
} from "./talk.ts";

/** The providers of the AI SDK, each with the dialect it speaks. */
const PROVIDERS: Readonly<Record<string, (origin: string, model: string) => LanguageModel>> = {
  "@ai-sdk/openai, chat": (origin, model) => createOpenAI({ apiKey: "good-key", baseURL: `${origin}/v1` }).chat(model),
  "@ai-sdk/openai, responses": (origin, model) =>
    createOpenAI({ apiKey: "good-key", baseURL: `${origin}/v1` }).responses(model),
  "@ai-sdk/openai-compatible": (origin, model) =>
    createOpenAICompatible({
      name: "switchyard",
      apiKey: "good-key",
      baseURL: `${origin}/v1`,
      includeUsage: true,
      supportsStructuredOutputs: true,
    }).chatModel(model),
  "@ai-sdk/anthropic": (origin, model) => createAnthropic({ apiKey: "good-key", baseURL: `${origin}/v1` })(model),
  "@ai-sdk/google": (origin, model) =>
    createGoogleGenerativeAI({ apiKey: "good-key", baseURL: `${origin}/v1beta` })(model),
};

const TEXT = "Trains are shunted in the yard.";
const USAGE = { inputTokens: 120, outputTokens: 30, totalTokens: 150 };

const tools = {
  shunt: tool({
    description: SHUNT.description,
    inputSchema: jsonSchema<{ track: number }>(SHUNT_SCHEMA),
    execute: ({ track }) => `moved to ${track}`,
  }),
  whistle: tool({ description: WHISTLE.description, inputSchema: jsonSchema(WHISTLE_SCHEMA), execute: () => "heard" }),
};

const stages = stagesOfFile();

const CASES = Object.keys(PROVIDERS).flatMap((provider) => FRONTS.map((front) => ({ provider, ...front })));

describe.each(CASES)("$provider in front of $stage of $upstream", ({ provider, stage: name, model: id }) => {
  let stage: Stage;
  let asking: { model: LanguageModel; system: string; prompt: string; maxRetries: number; maxOutputTokens: number };
  beforeAll(() => {
    stage = stages.at(name);
    const model = PROVIDERS[provider]?.(stage.origin, id);
    if (model === undefined) throw new Error(`there is no provider ${provider}`);
    asking = { model, system: SYSTEM, prompt: PROMPT, maxRetries: 0, maxOutputTokens: 1_000 };
  });

  it("generates a text and tells its usage", async () => {
    stage.says(HELLO);
    const result = await generateText(asking);
    expect(result).toMatchObject({ text: TEXT, finishReason: "stop" });
    expect(result.usage).toMatchObject(USAGE);
    expectPrompt(stage);
  });

  it("streams the same text, part by part", async () => {
    stage.says(HELLO);
    const pieces: string[] = [];
    const kinds: string[] = [];
    const result = streamText(asking);
    for await (const part of result.fullStream) {
      kinds.push(part.type);
      if (part.type === "text-delta") pieces.push(part.text);
    }
    expect(kinds).not.toContain("error");
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toBe(TEXT);
    expect(await result.finishReason).toBe("stop");
    expect(await result.usage).toMatchObject(USAGE);
  });

  it("runs two tools in parallel and gives their results back", async () => {
    stage.says(CALLS, HELLO);
    const result = await generateText({ ...asking, tools, stopWhen: stepCountIs(2) });
    expect(result.steps[0]?.finishReason).toBe("tool-calls");
    expect(result.text).toBe(TEXT);
    expectTools(stage);
    expectRoundTrip(stage);
  });

  it("does the same in a stream", async () => {
    stage.says(CALLS, HELLO);
    const result = streamText({ ...asking, tools, stopWhen: stepCountIs(2) });
    expect(await result.text).toBe(TEXT);
    expectRoundTrip(stage);
  });

  it("parses an answer by its JSON schema", async () => {
    stage.says(ANSWER);
    const result = await generateText({ ...asking, output: Output.object({ schema: jsonSchema(ANSWER_SCHEMA) }) });
    expect(result.output).toEqual({ track: 3, isFree: true });
  });

  it("stops the upstream when it leaves", async () => {
    stage.pauses(STORY);
    const before = stage.leftAlone();
    const leaving = new AbortController();
    const { fullStream } = streamText({ ...asking, abortSignal: leaving.signal });
    for await (const part of fullStream) if (part.type === "text-delta") leaving.abort();
    await vi.waitFor(() => expect(stage.leftAlone()).toBe(before + 1), { timeout: 5_000 });
  });

  it.each([
    [400, 400, false],
    [401, 502, true],
    [429, 429, true],
    [500, 502, true],
  ])("throws for the upstream's %i an error of status %i", async (status, statusCode, isRetryable) => {
    stage.refuses(status);
    const error = await generateText(asking).catch((thrown: unknown) => thrown);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode, isRetryable });
  });
});
