import { describe, expect, it } from "vitest";
import { answerTo, CHAT, chatChunk, DONE, GEMINI, MESSAGES, RESPONSES, streamOf } from "#tests/support/billed-stream";
import { anthropicProvider } from "./providers/anthropic/index.ts";
import { geminiProvider } from "./providers/gemini/index.ts";
import { mistralProvider } from "./providers/mistral/index.ts";
import { openAiProvider } from "./providers/openai/index.ts";
import { openAiCompatibleProvider } from "./providers/openai-compatible/index.ts";

const json = (body: object | string) => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const whole = (asked: { path: string; body: object }) => ({
  path: asked.path.replace("streamGenerateContent?alt=sse", "generateContent"),
  body: { ...asked.body, stream: undefined },
});

const SAID = "x".repeat(4_000);
const completion = (message: object) => ({
  id: "c",
  object: "chat.completion",
  created: 1,
  model: "theirs",
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }],
});
const CALL = { id: "a", type: "function", function: { name: "f".repeat(40), arguments: `"${"x".repeat(3_958)}"` } };
const response = (output: object[]) => ({ id: "r", object: "response", created_at: 1, status: "completed", output });

describe("a whole answer without a usage is estimated by what it says", () => {
  it.each([
    ["chat, passed", CHAT, openAiCompatibleProvider, completion({ content: SAID })],
    ["chat, thoughts", CHAT, openAiCompatibleProvider, completion({ content: "", reasoning_content: SAID })],
    ["chat, a call", CHAT, openAiCompatibleProvider, completion({ content: null, tool_calls: [CALL] })],
    ["chat, a call, translated", MESSAGES, openAiCompatibleProvider, completion({ content: null, tool_calls: [CALL] })],
    ["Messages", MESSAGES, anthropicProvider, { content: [{ type: "text", text: SAID }], stop_reason: "end_turn" }],
    [
      "Responses",
      RESPONSES,
      openAiProvider,
      response([{ type: "message", role: "assistant", content: [{ type: "output_text", text: SAID }] }]),
    ],
    [
      "Gemini",
      GEMINI,
      geminiProvider,
      { candidates: [{ content: { parts: [{ text: SAID }] }, finishReason: "STOP" }] },
    ],
  ])("%s", async (...[, asked, provider, body]) => {
    const { record } = await answerTo(whole(asked), provider, json(body));
    expect(record.usage).toMatchObject({ outputTokens: 1_000, isEstimated: true });
  });

  it("and not by what of its request it repeats, or by its pictures", async () => {
    const asked = { ...RESPONSES, body: { ...RESPONSES.body, instructions: "i".repeat(100_000) } };
    const { record } = await answerTo(whole(asked), openAiCompatibleProvider, json(completion({ content: "hi" })));
    expect(record.usage.outputTokens).toBe(1);
    const image = { inlineData: { mimeType: "image/png", data: "A".repeat(100_000) } };
    const drawn = { candidates: [{ content: { parts: [{ text: "here" }, image] }, finishReason: "STOP" }] };
    expect((await answerTo(whole(GEMINI), geminiProvider, json(drawn))).record.usage.outputTokens).toBe(1);
  });

  it("as its stream is", async () => {
    const stream = [chatChunk([{ index: 0, delta: { content: SAID }, finish_reason: "stop" }]), DONE].join("");
    const streamed = await answerTo(CHAT, openAiCompatibleProvider, streamOf(stream));
    const { record } = await answerTo(whole(CHAT), openAiCompatibleProvider, json(completion({ content: SAID })));
    expect(record.usage.outputTokens).toBe(streamed.record.usage.outputTokens);
  });
});

describe("an endpoint is billed by what it is metered by, whatever its upstream tells", () => {
  const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
  const vectors = { object: "list", model: "theirs", data: [{ object: "embedding", index: 0, embedding: [1, 2] }] };
  const EMBEDDINGS = { path: "/v1/embeddings", body: { model: "model", input: "x".repeat(4_000) } };
  const GEMINI_EMBED = {
    path: "/v1beta/models/model:embedContent",
    body: { content: { parts: [{ text: "x".repeat(4_000) }] } },
  };

  it("a moderation by its request", async () => {
    const asked = { path: "/v1/moderations", body: { model: "model", input: "x" } };
    const { record } = await answerTo(asked, mistralProvider, json({ id: "m", results: [{ categories: {} }], usage }));
    expect(record).toMatchObject({ cost: 0n, usage: { inputTokens: 0, outputTokens: 0 } });
  });

  it.each([
    ["passed", EMBEDDINGS],
    ["translated", GEMINI_EMBED],
  ])("an embedding by its input, %s", async (_, asked) => {
    const { record } = await answerTo(asked, openAiCompatibleProvider, json({ ...vectors, usage }));
    expect(record.usage).toMatchObject({ inputTokens: 5, outputTokens: 0, isEstimated: false });
  });

  it.each([
    ["passed", EMBEDDINGS],
    ["translated", GEMINI_EMBED],
  ])("which may be told as a total alone, %s", async (_, asked) => {
    const { record } = await answerTo(
      asked,
      openAiCompatibleProvider,
      json({ ...vectors, usage: { total_tokens: 5 } }),
    );
    expect(record.usage).toMatchObject({ inputTokens: 5, outputTokens: 0, isEstimated: false });
  });
});
