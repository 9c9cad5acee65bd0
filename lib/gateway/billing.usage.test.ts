import { describe, expect, it } from "vitest";
import {
  billedFor,
  CHAT,
  chatChunk,
  DONE,
  dataEvent,
  GEMINI,
  MESSAGES,
  namedEvent,
  RESPONSES,
} from "#tests/support/billed-stream";
import { anthropicProvider } from "./providers/anthropic/index.ts";
import { geminiProvider } from "./providers/gemini/index.ts";
import { openAiProvider } from "./providers/openai/index.ts";
import { openAiCompatibleProvider } from "./providers/openai-compatible/index.ts";

const SAID = "x".repeat(4_000);
const choice = (delta: object, finish: string | null = null, index = 0) => ({ index, delta, finish_reason: finish });
const said = (delta: object) => chatChunk([choice(delta)]);
const stop = (reason = "stop") => chatChunk([choice({}, reason)]);
const ESTIMATED = { outputTokens: 1_000, isEstimated: true };

const candidate = (text: string | undefined, finishReason?: string) => ({
  candidates: [{ content: { role: "model", parts: text === undefined ? [] : [{ text }] }, finishReason }],
});
const GEMINI_USAGE = { promptTokenCount: 10, candidatesTokenCount: 77, totalTokenCount: 87 };

describe("output that a usage does not name is not free", () => {
  const usage = { prompt_tokens: 10, total_tokens: 1_010 };
  const stream = [said({ content: SAID }), stop(), chatChunk([], usage), DONE].join("");

  it.each([
    ["passed through", CHAT],
    ["translated", MESSAGES],
  ])("of chat, %s: it is what the total says beyond the input", async (_, asked) => {
    const record = await billedFor(asked, openAiCompatibleProvider, stream);
    expect(record.usage).toMatchObject({ inputTokens: 10, outputTokens: 1_000, isEstimated: false });
  });

  it.each([
    ["passed through", GEMINI],
    ["translated", CHAT],
  ])("of Gemini, %s: likewise", async (_, asked) => {
    const counts = { promptTokenCount: 10, totalTokenCount: 1_010 };
    const record = await billedFor(
      asked,
      geminiProvider,
      dataEvent({ ...candidate(SAID, "STOP"), usageMetadata: counts }),
    );
    expect(record.usage).toMatchObject({ inputTokens: 10, outputTokens: 1_000, isEstimated: false });
  });
});

describe("output that is told otherwise than in deltas of text counts", () => {
  it("the older form of a call", async () => {
    const calls = [said({ function_call: { name: "", arguments: "" } }), said({ function_call: { arguments: SAID } })];
    const record = await billedFor(CHAT, openAiCompatibleProvider, [...calls, stop("function_call"), DONE].join(""));
    expect(record.usage).toMatchObject(ESTIMATED);
  });

  it("what a spoken answer says", async () => {
    const record = await billedFor(
      CHAT,
      openAiCompatibleProvider,
      [said({ audio: { transcript: SAID } }), stop(), DONE].join(""),
    );
    expect(record.usage).toMatchObject(ESTIMATED);
  });

  it.each(["item", "response"])("the whole %s of Responses, once", async (place) => {
    const item = { type: "message", id: "m", role: "assistant", content: [{ type: "output_text", text: SAID }] };
    const response = { id: "r", object: "response", created_at: 1, model: "model", status: "completed" };
    const events = [
      namedEvent("response.created", { response: { ...response, status: "in_progress", output: [] } }),
      ...(place === "item" ? [namedEvent("response.output_item.done", { output_index: 0, item })] : []),
      namedEvent("response.completed", { response: { ...response, output: place === "item" ? [] : [item] } }),
    ];
    expect((await billedFor(RESPONSES, openAiProvider, events.join(""))).usage).toMatchObject(ESTIMATED);
  });
});

it("a second choice counts, though a usage was told beside the end of the first", async () => {
  const asked = { ...GEMINI, body: { ...GEMINI.body, generationConfig: { candidateCount: 2 } } };
  const first = chatChunk([choice({ content: "a" }), choice({}, "stop")], {
    prompt_tokens: 10,
    completion_tokens: 1,
    total_tokens: 11,
  });
  const record = await billedFor(
    asked,
    openAiCompatibleProvider,
    first + chatChunk([choice({ content: SAID }, null, 1)]),
  );
  expect(record.outcome).toBe("failed");
  expect(record.usage.outputTokens).toBeGreaterThanOrEqual(1_000);
  expect(record.usage.isEstimated).toBe(true);
});

it.each([
  ["passed through", MESSAGES],
  ["translated", CHAT],
])("what Anthropic's cache gave is remembered from the start where the end leaves it out, %s", async (_, asked) => {
  const usage = {
    input_tokens: 10,
    cache_read_input_tokens: 50_000,
    cache_creation_input_tokens: 2_000,
    output_tokens: 1,
  };
  const message = { id: "m", type: "message", role: "assistant", model: "model", content: [], usage };
  const stream = [
    namedEvent("message_start", { message }),
    namedEvent("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    namedEvent("content_block_delta", { index: 0, delta: { type: "text_delta", text: "hi" } }),
    namedEvent("content_block_stop", { index: 0 }),
    namedEvent("message_delta", {
      delta: { stop_reason: "end_turn" },
      usage: { input_tokens: 10, cache_read_input_tokens: null, output_tokens: 77 },
    }),
    namedEvent("message_stop", {}),
  ];
  const record = await billedFor(asked, anthropicProvider, stream.join(""));
  expect(record.usage).toMatchObject({ inputTokens: 52_010, cachedInputTokens: 50_000, outputTokens: 77 });
  expect(record.usage.isEstimated).toBe(false);
});

describe("Gemini's running usage is whole once a finish has come and nothing follows", () => {
  const running = { ...GEMINI_USAGE, candidatesTokenCount: 70, totalTokenCount: 80 };
  const streams = [
    ["in the chunk after it", [candidate(SAID), candidate(undefined, "STOP"), { usageMetadata: GEMINI_USAGE }]],
    ["in the chunk before it", [{ ...candidate(SAID), usageMetadata: GEMINI_USAGE }, candidate(undefined, "STOP")]],
    [
      "in every chunk",
      [
        { ...candidate(SAID), usageMetadata: running },
        { ...candidate("a", "STOP"), usageMetadata: GEMINI_USAGE },
      ],
    ],
  ] as const;
  const ways = [
    ["passed through", GEMINI],
    ["translated", CHAT],
  ] as const;
  const cases = ways.flatMap(([way, asked]) => streams.map(([place, chunks]) => ({ way, asked, place, chunks })));

  it.each(cases)("$way, told $place", async ({ asked, chunks }) => {
    const record = await billedFor(asked, geminiProvider, chunks.map(dataEvent).join(""));
    expect(record.usage).toMatchObject({ inputTokens: 10, outputTokens: 77, isEstimated: false });
  });
});

it("a stream that fails before any content is free, also when a comment went out in its silence", async () => {
  const silence = { watch: (onSilent: () => void) => ({ touch: onSilent, stop: () => undefined }) };
  const begun = said({ role: "assistant", content: "" });
  const error = dataEvent({ error: { message: "overloaded", type: "server_error" } });
  for (const end of [error, ""]) {
    const record = await billedFor({ ...CHAT, deps: { silence } }, openAiCompatibleProvider, begun + end);
    expect(record).toMatchObject({ outcome: "failed", cost: 0n, usage: { inputTokens: 0, outputTokens: 0 } });
  }
});
