import { describe, expect, it } from "vitest";
import { billedFor, CHAT, chatChunk as chunk, DONE, namedEvent as event, MESSAGES } from "#tests/support/billed-stream";
import { anthropicProvider } from "./providers/anthropic/index.ts";
import { openAiCompatibleProvider } from "./providers/openai-compatible/index.ts";

const SAID = "x".repeat(4_000);

async function billed(...asking: Parameters<typeof billedFor>) {
  const { outcome, usage } = await billedFor(...asking);
  expect(outcome).toBe("completed");
  return usage;
}

const anthropicStream = (usage: unknown) =>
  [
    event("message_start", {
      message: {
        id: "m",
        type: "message",
        role: "assistant",
        model: "model",
        content: [],
        usage: { input_tokens: 10, output_tokens: 1 },
      },
    }),
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    event("content_block_delta", { index: 0, delta: { type: "text_delta", text: SAID } }),
    event("content_block_stop", { index: 0 }),
    event("message_delta", { delta: { stop_reason: "end_turn" }, usage }),
    event("message_stop", {}),
  ].join("");

describe("a whole stream of Anthropic's", () => {
  const askers = [
    ["passed through", MESSAGES],
    ["translated", CHAT],
  ] as const;
  const ends = [
    ["no usage", undefined],
    ["nonsense", { output_tokens: "many" }],
    ["the input again", { input_tokens: 10 }],
  ] as const;
  const cases = askers.flatMap(([way, asked]) => ends.map(([end, usage]) => ({ way, asked, end, usage })));

  it.each(cases)("$way, that ends with $end: the input as told, the output estimated", async ({ asked, usage }) => {
    expect(await billed(asked, anthropicProvider, anthropicStream(usage))).toMatchObject({
      inputTokens: 10,
      outputTokens: 1_000,
      isEstimated: true,
    });
  });

  it.each(askers)("%s, that ends with its usage: that", async (_, asked) => {
    expect(await billed(asked, anthropicProvider, anthropicStream({ output_tokens: 77 }))).toMatchObject({
      inputTokens: 10,
      outputTokens: 77,
      isEstimated: false,
    });
  });
});

const delta = (content: string, usage?: object) =>
  chunk([{ index: 0, delta: { content }, finish_reason: null }], usage);
const usageOf = (completion: number) => ({
  prompt_tokens: 10,
  completion_tokens: completion,
  total_tokens: 10 + completion,
});
const STOP = chunk([{ index: 0, delta: {}, finish_reason: "stop" }]);

describe("a stream of chat that tells usage on its way", () => {
  const askers = [
    ["passed through", CHAT],
    ["translated", MESSAGES],
  ] as const;

  it.each(askers)("%s: what was said after the last of it counts, as an estimate", async (_, asked) => {
    const stream = [delta("a", usageOf(1)), delta("b"), delta(SAID), STOP, DONE].join("");
    const usage = await billed(asked, openAiCompatibleProvider, stream);
    expect(usage).toMatchObject({ inputTokens: 10, isEstimated: true });
    expect(usage.outputTokens).toBeGreaterThanOrEqual(1_000);
  });

  it.each(askers)("%s: with every piece, the last is the whole", async (_, asked) => {
    const stream = [delta("a", usageOf(1)), delta(SAID, usageOf(900)), STOP, DONE].join("");
    expect(await billed(asked, openAiCompatibleProvider, stream)).toMatchObject({
      inputTokens: 10,
      outputTokens: 900,
      isEstimated: false,
    });
  });
});
