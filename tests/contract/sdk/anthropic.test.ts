import Anthropic from "@anthropic-ai/sdk";
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
  { ...SHUNT, input_schema: SHUNT_SCHEMA },
  { ...WHISTLE, input_schema: WHISTLE_SCHEMA },
];

const USAGE = { input_tokens: 120, output_tokens: 30 };
const TEXT = [{ type: "text", text: "Trains are shunted in the yard." }];

const stages = stagesOfFile();

describe.each(FRONTS)("anthropic's client in front of $stage of $upstream", ({ stage: name, model }) => {
  let stage: Stage;
  let client: Anthropic;
  const asked: Anthropic.MessageParam[] = [{ role: "user", content: PROMPT }];
  const asking = { model, max_tokens: 1_000, system: SYSTEM, messages: asked };
  beforeAll(() => {
    stage = stages.at(name);
    client = new Anthropic({ apiKey: "good-key", baseURL: stage.origin, maxRetries: 0 });
  });

  it("reads a whole answer with its usage", async () => {
    stage.says(HELLO);
    const message = await client.messages.create(asking);
    expect(message).toMatchObject({ content: TEXT, stop_reason: "end_turn", usage: USAGE });
    expectPrompt(stage);
  });

  it("joins a stream to the same answer", async () => {
    stage.says(HELLO);
    const stream = client.messages.stream(asking);
    const pieces: string[] = [];
    stream.on("text", (piece) => pieces.push(piece));
    const message = await stream.finalMessage();
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toBe("Trains are shunted in the yard.");
    expect(message).toMatchObject({ content: TEXT, stop_reason: "end_turn", usage: USAGE });
  });

  it.each([false, true])("gets two calls in parallel and gives their results back (stream: %s)", async (isStream) => {
    stage.says(CALLS, HELLO);
    const ask = async (messages: Anthropic.MessageParam[]) => {
      const body = { ...asking, messages, tools: TOOLS };
      return isStream ? await client.messages.stream(body).finalMessage() : await client.messages.create(body);
    };
    const { content, stop_reason } = await ask(asked);
    expect(stop_reason).toBe("tool_use");
    expect(content.filter(({ type }) => type === "tool_use")).toMatchObject([
      { id: "call_a1", name: "shunt", input: { track: 2, wagons: ["flat", "tank"] } },
      { id: "call_b2", name: "whistle", input: { seconds: 1.5 } },
    ]);
    expectTools(stage);
    const results = [resultOf("call_a1", "moved"), resultOf("call_b2", "heard")];
    const last = await ask([...asked, { role: "assistant", content }, { role: "user", content: results }]);
    expect(last.content).toMatchObject(TEXT);
    expectRoundTrip(stage);
  });

  it("parses an answer by its JSON schema", async () => {
    stage.says(ANSWER);
    const format = { type: "json_schema", schema: ANSWER_SCHEMA } as const;
    const { content } = await client.messages.create({ ...asking, output_config: { format } });
    const [block] = content;
    expect(JSON.parse(block?.type === "text" ? block.text : "")).toEqual({ track: 3, isFree: true });
    if (name === "our own upstream") expect(stage.asked()[0]?.schema).toEqual(ANSWER_SCHEMA);
  });

  it("stops the upstream when it leaves", async () => {
    stage.pauses(STORY);
    const before = stage.leftAlone();
    const stream = client.messages.stream(asking);
    for await (const event of stream) if (event.type === "content_block_delta") break;
    stream.abort();
    await vi.waitFor(() => expect(stage.leftAlone()).toBe(before + 1), { timeout: 5_000 });
  });

  it.each([
    [400, 400, Anthropic.BadRequestError],
    [401, 502, Anthropic.InternalServerError],
    [429, 429, Anthropic.RateLimitError],
    [500, 502, Anthropic.InternalServerError],
  ] as const)("throws for the upstream's %i an error of status %i", async (status, seen, kind) => {
    stage.refuses(status);
    for (const stream of [false, true]) {
      const error = await client.messages.create({ ...asking, stream }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({ status: seen, error: { type: "error", error: { type: expect.any(String) } } });
    }
  });
});

const resultOf = (tool_use_id: string, content: string) => ({ type: "tool_result" as const, tool_use_id, content });
