import { describe, expect, test } from "vitest";
import { NO_USAGE, type Usage } from "#lib/base/request-record";
import type { JsonObject, Part } from "#lib/gateway/conversation";
import { listIn } from "#lib/gateway/dialects/read";
import type { Choice, Finish, Reply } from "#lib/gateway/reply";
import { eventsOf } from "#tests/support/conversations";
import { decodeReply } from "./decode-reply.ts";
import { decodeRequest } from "./decode-request.ts";
import { encodeReply } from "./encode-reply.ts";
import { CONTEXT, encodeStream, messageOf, wireEventsOf } from "./fixtures/wire.ts";
import { writeUsage } from "./write-usage.ts";

const OWN = "anthropic-messages";
const TEXT: Part = { kind: "text", text: "Hi" };
const CALL: Part = { kind: "tool-call", id: "t", name: "f", input: "{}" };

const reply = (parts: readonly Part[], more: Partial<Choice> = {}): Reply => ({
  id: "chatcmpl-1",
  model: "upstream-model",
  choices: [{ index: 0, parts, finish: { kind: "stop" }, ...more }],
});
const encode = (parts: readonly Part[], more: Partial<Choice> = {}) => encodeReply(reply(parts, more), CONTEXT);
const endOf = (parts: readonly Part[], finish: Finish) => encode(parts, { finish }).body;

test("an answer has every field a client expects, and the name of the model that was asked for", () => {
  const usage: Usage = { ...NO_USAGE, inputTokens: 3, outputTokens: 2 };
  expect(encodeReply({ ...reply([TEXT]), usage, serviceTier: "default" }, CONTEXT)).toEqual({
    body: {
      id: "msg_chatcmpl-1",
      type: "message",
      role: "assistant",
      model: "model-1",
      content: [{ type: "text", text: "Hi" }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: {
        input_tokens: 3,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 2,
        service_tier: "standard",
      },
    },
    losses: [],
  });
});

test("usage that is not known is written as nothing used", () => {
  expect(encode([TEXT]).body.usage).toMatchObject({ input_tokens: 0, output_tokens: 0 });
});

test("input is written without what was read from and written to the cache", () => {
  const usage = { ...NO_USAGE, inputTokens: 1_110, cachedInputTokens: 100, cacheWriteTokens: 1_000, outputTokens: 50 };
  expect(writeUsage({ ...usage, reasoningTokens: 30 })).toEqual({
    input_tokens: 10,
    cache_creation_input_tokens: 1_000,
    cache_read_input_tokens: 100,
    output_tokens: 50,
    output_tokens_details: { thinking_tokens: 30 },
  });
});

describe("how it ended", () => {
  test.each<[Finish, string, string | null]>([
    [{ kind: "stop" }, "end_turn", null],
    [{ kind: "stop-sequence", stopSequence: "END" }, "stop_sequence", "END"],
    [{ kind: "length" }, "max_tokens", null],
    [{ kind: "tool-calls" }, "tool_use", null],
    [{ kind: "content-filter" }, "refusal", null],
    [{ kind: "refusal" }, "refusal", null],
    [{ kind: "pause" }, "pause_turn", null],
    [{ kind: "error" }, "end_turn", null],
    [{ kind: "other" }, "end_turn", null],
    [{ kind: "other", raw: { dialect: "gemini", value: "OTHER" } }, "end_turn", null],
    [{ kind: "other", raw: { dialect: OWN, value: "compaction" } }, "compaction", null],
    [
      { kind: "length", raw: { dialect: OWN, value: "model_context_window_exceeded" } },
      "model_context_window_exceeded",
      null,
    ],
  ])("%o is %s", (finish, stop_reason, stop_sequence) => {
    expect(endOf([TEXT], finish)).toMatchObject({ stop_reason, stop_sequence });
  });

  test("an answer with calls or a refusal says so, where its dialect just stops", () => {
    expect(endOf([CALL], { kind: "stop" }).stop_reason).toBe("tool_use");
    expect(endOf([{ kind: "refusal", text: "No." }], { kind: "stop" }).stop_reason).toBe("refusal");
    expect(endOf([CALL], { kind: "length" }).stop_reason).toBe("max_tokens");
  });
});

describe("content", () => {
  const contentOf = (...parts: readonly Part[]) => encode(parts).body.content;

  test("a call's input that is no JSON object is carried as text", () => {
    const broken: Part = { kind: "tool-call", id: "t", name: "f", input: '{"a":' };
    expect(contentOf(broken, { ...broken, input: "" })).toEqual([
      { type: "tool_use", id: "t", name: "f", input: { _raw: '{"a":' } },
      { type: "tool_use", id: "t", name: "f", input: {} },
    ]);
  });

  test("a call keeps the id its upstream gave it, which comes back with the result", () => {
    const call: Part = { kind: "tool-call", id: "functions.f:0", name: "f", input: "{}" };
    expect(contentOf(call)).toMatchObject([{ id: "functions.f:0" }]);
  });

  test("thoughts without a proof have an empty one; an empty text is left out", () => {
    expect(contentOf({ kind: "reasoning", form: "summary", text: "hm" }, { kind: "text", text: "" }, TEXT)).toEqual([
      { type: "thinking", thinking: "hm", signature: "" },
      { type: "text", text: "Hi" },
    ]);
    expect(contentOf({ kind: "reasoning", form: "full", text: "" })).toEqual([]);
  });

  test("a proof alone is a block of its own; our own says whether thoughts were withheld", () => {
    const proof = { kind: "reasoning", form: "full", text: "" } as const;
    const own = { origin: OWN, value: "s" } as const;
    expect(
      contentOf(
        { ...proof, signature: { origin: "openai-responses", value: "enc", itemId: "rs_1" } },
        { ...proof, signature: own, isRedacted: true },
        { ...proof, signature: own },
      ),
    ).toEqual([
      { type: "redacted_thinking", data: "sy1.openai-responses.cnNfMQ.enc" },
      { type: "redacted_thinking", data: "s" },
      { type: "thinking", thinking: "", signature: "s" },
    ]);
  });

  test("a proof on a text or a call stands before it, and comes back with the next turn", () => {
    const signature = { origin: "gemini", value: "g==" } as const;
    const content = contentOf({ ...TEXT, signature }, { ...CALL, signature });
    expect(content).toEqual([
      { type: "redacted_thinking", data: "sy1.gemini..g==" },
      { type: "text", text: "Hi" },
      { type: "redacted_thinking", data: "sy1.gemini..g==" },
      { type: "tool_use", id: "t", name: "f", input: {} },
    ]);
    const proof = { kind: "reasoning", form: "full", text: "", isRedacted: true, signature };
    const { messages } = decodeRequest({ max_tokens: 1, messages: [{ role: "assistant", content }] });
    expect(messages[0]?.parts).toEqual([proof, TEXT, proof, CALL]);
  });

  test("a citation of another dialect is said by its URL, or lost harmlessly", () => {
    const original = { dialect: "gemini", value: {} } as const;
    const cited: Part = { kind: "text", text: "t", citations: [{ url: "https://a.test", title: "A", original }] };
    expect(contentOf(cited)).toEqual([
      {
        type: "text",
        text: "t",
        citations: [
          {
            type: "web_search_result_location",
            url: "https://a.test",
            title: "A",
            cited_text: "",
            encrypted_index: "",
          },
        ],
      },
    ]);
    expect(encode([{ ...cited, citations: [{ title: "A", original }] }])).toMatchObject({
      body: { content: [{ type: "text", text: "t" }] },
      losses: [{ field: "choices.0.parts.0.citations", weight: "harmless" }],
    });
  });

  test.each<Part>([
    { kind: "image", media: { kind: "url", url: "u" } },
    { kind: "audio", format: "mp3", base64: "AA==" },
    { kind: "file", media: { kind: "url", url: "u" } },
    { kind: "foreign", dialect: "gemini", value: {} },
  ])("%o changes the meaning", (part) => {
    expect(encode([part, TEXT])).toMatchObject({
      body: { content: [{ type: "text", text: "Hi" }] },
      losses: [{ field: "choices.0.parts.0", weight: "meaning" }],
    });
  });

  test("there is room for one choice", () => {
    const one = reply([TEXT], { logprobs: [] });
    const two = { ...one, choices: [...one.choices, { index: 1, parts: [CALL], finish: { kind: "stop" } as const }] };
    const { body, losses } = encodeReply(two, CONTEXT);
    expect(listIn(body.content)).toHaveLength(1);
    expect(losses).toEqual([
      { field: "choices", weight: "meaning" },
      { field: "choices.0.logprobs", weight: "harmless" },
    ]);
  });
});

test("what this dialect alone says comes back as it was", () => {
  const body: JsonObject = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "model-1",
    content: [{ type: "server_tool_use", id: "s", name: "web_search", input: {} }],
    stop_reason: "refusal",
    stop_sequence: null,
    stop_details: { type: "refusal", category: "cyber" },
    container: { id: "c" },
    usage: {
      input_tokens: 1,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 2,
      server_tool_use: { web_search_requests: 1 },
      service_tier: "priority",
    },
  };
  expect(encodeReply(decodeReply(body, CONTEXT), CONTEXT)).toEqual({ body, losses: [] });
});

test("a stream says how it ended as the whole answer does", () => {
  for (const parts of [[TEXT], [CALL], [TEXT, CALL]]) {
    const whole = { ...reply(parts), usage: { ...NO_USAGE, inputTokens: 3, outputTokens: 2 } };
    expect(messageOf(wireEventsOf(encodeStream(eventsOf(whole))))).toEqual(encodeReply(whole, CONTEXT).body);
  }
});
