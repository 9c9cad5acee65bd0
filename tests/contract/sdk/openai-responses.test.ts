import OpenAI from "openai";
import type { ResponseInput, ResponseOutputItem } from "openai/resources/responses/responses";
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

const TOOLS = [
  { type: "function" as const, ...SHUNT, parameters: SHUNT_SCHEMA, strict: true },
  { type: "function" as const, ...WHISTLE, parameters: WHISTLE_SCHEMA, strict: true },
];

const USAGE = { input_tokens: 120, output_tokens: 30, total_tokens: 150 };

const stages = stagesOfFile();

describe.each(FRONTS)("openai's responses client in front of $stage of $upstream", ({ stage: name, model }) => {
  let stage: Stage;
  let client: OpenAI;
  const asking = { model, instructions: SYSTEM, input: PROMPT, store: false };
  beforeAll(() => {
    stage = stages.at(name);
    client = new OpenAI({ apiKey: "good-key", baseURL: `${stage.origin}/v1`, maxRetries: 0 });
  });

  it("reads a whole answer with its usage", async () => {
    stage.says(HELLO);
    const response = await client.responses.create(asking);
    expect(response).toMatchObject({
      output_text: "Trains are shunted in the yard.",
      status: "completed",
      usage: USAGE,
    });
    expectPrompt(stage);
  });

  it("joins a stream to the same answer", async () => {
    stage.says(HELLO);
    const stream = client.responses.stream(asking);
    const pieces: string[] = [];
    stream.on("response.output_text.delta", ({ delta }) => pieces.push(delta));
    const response = await stream.finalResponse();
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toBe("Trains are shunted in the yard.");
    expect(response).toMatchObject({
      output_text: "Trains are shunted in the yard.",
      status: "completed",
      usage: USAGE,
    });
  });

  it.each([false, true])("gets two calls in parallel and gives their results back (stream: %s)", async (isStream) => {
    stage.says(CALLS, HELLO);
    const ask = async (input: ResponseInput) => {
      const body = { ...asking, input, tools: TOOLS };
      return isStream ? await client.responses.stream(body).finalResponse() : await client.responses.create(body);
    };
    const asked: ResponseInput = [{ role: "user", content: PROMPT }];
    const { output } = await ask(asked);
    const calls = output.filter(({ type }) => type === "function_call");
    expect(calls).toMatchObject([
      { call_id: "call_a1", name: "shunt", arguments: '{"track":2,"wagons":["flat","tank"]}' },
      { call_id: "call_b2", name: "whistle", arguments: '{"seconds":1.5}' },
    ]);
    expectTools(stage);
    const last = await ask([
      ...asked,
      ...withoutParsed(output),
      resultOf("call_a1", "moved"),
      resultOf("call_b2", "heard"),
    ]);
    expect(last.output_text).toBe("Trains are shunted in the yard.");
    expectRoundTrip(stage);
  });

  it("parses an answer by its JSON schema", async () => {
    stage.says(ANSWER);
    const response = await client.responses.parse({
      ...asking,
      text: { format: { type: "json_schema", name: "answer", strict: true, schema: ANSWER_SCHEMA } },
    });
    expect(JSON.parse(response.output_text)).toEqual({ track: 3, isFree: true });
    if (name === "our own upstream") expect(stage.asked()[0]?.schema).toEqual(ANSWER_SCHEMA);
  });

  it("stops the upstream when it leaves", async () => {
    stage.pauses(STORY);
    const before = stage.leftAlone();
    const stream = await client.responses.create({ ...asking, stream: true });
    for await (const event of stream) if (event.type === "response.output_text.delta") break;
    await vi.waitFor(() => expect(stage.leftAlone()).toBe(before + 1), { timeout: 5_000 });
  });

  it.each([
    [400, 400, OpenAI.BadRequestError],
    [401, 502, OpenAI.InternalServerError],
    [429, 429, OpenAI.RateLimitError],
    [500, 502, OpenAI.InternalServerError],
  ] as const)("throws for the upstream's %i an error of status %i", async (status, seen, kind) => {
    stage.refuses(status);
    for (const stream of [false, true]) {
      const error = await client.responses.create({ ...asking, stream }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({ status: seen, type: expect.any(String) });
    }
  });
});

const resultOf = (call_id: string, output: string) => ({ type: "function_call_output" as const, call_id, output });

/** The SDK adds the parsed arguments to what it was given, which is nothing to send back. */
const withoutParsed = (output: readonly ResponseOutputItem[]): ResponseInput => JSON.parse(JSON.stringify(output));
