import OpenAI from "openai";
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

const MESSAGES = [
  { role: "system", content: SYSTEM },
  { role: "user", content: PROMPT },
] as const;

const RUN = { parse: JSON.parse, strict: false };

const TOOLS = [
  {
    type: "function" as const,
    function: {
      ...SHUNT,
      ...RUN,
      parameters: SHUNT_SCHEMA,
      function: ({ track }: { track: number }) => `moved to ${track}`,
    },
  },
  { type: "function" as const, function: { ...WHISTLE, ...RUN, parameters: WHISTLE_SCHEMA, function: () => "heard" } },
];

const USAGE = { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150 };

const stages = stagesOfFile();

describe.each(FRONTS)("openai's chat client in front of $stage of $upstream", ({ stage: name, model }) => {
  let stage: Stage;
  let client: OpenAI;
  const asking = { model, messages: [...MESSAGES] };
  beforeAll(() => {
    stage = stages.at(name);
    client = new OpenAI({ apiKey: "good-key", baseURL: `${stage.origin}/v1`, maxRetries: 0 });
  });

  it("reads a whole answer with its usage", async () => {
    stage.says(HELLO);
    const completion = await client.chat.completions.create(asking);
    expect(completion.choices).toMatchObject([
      { message: { content: "Trains are shunted in the yard." }, finish_reason: "stop" },
    ]);
    expect(completion.usage).toMatchObject(USAGE);
    expectPrompt(stage);
  });

  it("joins a stream to the same answer", async () => {
    stage.says(HELLO);
    const stream = client.chat.completions.stream({ ...asking, stream_options: { include_usage: true } });
    const pieces: string[] = [];
    stream.on("content", (piece) => pieces.push(piece));
    const completion = await stream.finalChatCompletion();
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toBe("Trains are shunted in the yard.");
    expect(completion.choices).toMatchObject([
      { message: { content: "Trains are shunted in the yard." }, finish_reason: "stop" },
    ]);
    expect(completion.usage).toMatchObject(USAGE);
  });

  it.each([false, true])("runs two tools in parallel and gives their results back (stream: %s)", async (isStream) => {
    stage.says(CALLS, HELLO);
    const runner = isStream
      ? client.chat.completions.runTools({ ...asking, tools: TOOLS, stream: true })
      : client.chat.completions.runTools({ ...asking, tools: TOOLS });
    expect(await runner.finalContent()).toBe("Trains are shunted in the yard.");
    expectTools(stage);
    expectRoundTrip(stage);
  });

  it("parses an answer by its JSON schema", async () => {
    stage.says(ANSWER);
    const completion = await client.chat.completions.parse({
      ...asking,
      response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema: ANSWER_SCHEMA } },
    });
    expect(JSON.parse(completion.choices[0]?.message.content ?? "")).toEqual({ track: 3, isFree: true });
    if (name === "our own upstream") expect(stage.asked()[0]?.schema).toEqual(ANSWER_SCHEMA);
  });

  it("stops the upstream when it leaves", async () => {
    stage.pauses(STORY);
    const before = stage.leftAlone();
    const stream = await client.chat.completions.create({ ...asking, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
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
      const error = await client.chat.completions.create({ ...asking, stream }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({ status: seen, type: expect.any(String) });
      expect(error).not.toBeInstanceOf(OpenAI.AuthenticationError);
    }
  });
});
