import { describe, expect, test } from "vitest";
import type { JsonObject } from "#lib/gateway/conversation";
import { objectIn } from "#lib/gateway/dialects/read";
import { parseExact } from "#lib/gateway/json-exact";
import { decodeReply } from "./decode-reply.ts";
import { CONTEXT } from "./fixtures/wire.ts";
import { readUsage } from "./read-usage.ts";

const OWN = "anthropic-messages";
const BODY: JsonObject = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-opus-5",
  content: [{ type: "text", text: "Hi", citations: null }],
  stop_reason: "end_turn",
  stop_sequence: null,
  stop_details: null,
  container: null,
  usage: { input_tokens: 1, output_tokens: 2 },
};

const decode = (more: JsonObject) => decodeReply({ ...BODY, ...more }, CONTEXT);
const partsOf = (...content: readonly JsonObject[]) => decode({ content }).choices[0]?.parts;
const finishOf = (more: JsonObject) => decode(more).choices[0]?.finish;

test("an answer holds what was said and nothing else", () => {
  expect(decodeReply(BODY, CONTEXT)).toEqual({
    id: "msg_1",
    model: "claude-opus-5",
    createdAtS: CONTEXT.createdAtS,
    choices: [{ index: 0, parts: [{ kind: "text", text: "Hi" }], finish: { kind: "stop" } }],
    usage: {
      inputTokens: 1,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: 2,
      reasoningTokens: 0,
      isEstimated: false,
    },
  });
});

test("what has no place is kept: of the message, of its usage, of how it ended", () => {
  const usage = {
    input_tokens: 1,
    output_tokens: 2,
    service_tier: "standard",
    server_tool_use: { web_fetch_requests: 1 },
  };
  const reply = decode({ usage, container: { id: "c" }, stop_details: { type: "refusal" } });
  expect(reply.serviceTier).toBe("default");
  expect(reply.extras).toEqual({
    dialect: OWN,
    fields: { container: { id: "c" }, usage: { server_tool_use: { web_fetch_requests: 1 } } },
  });
  expect(reply.choices[0]?.extras).toEqual({ dialect: OWN, fields: { stop_details: { type: "refusal" } } });
});

describe("content", () => {
  test("a call's input keeps every digit; without one it is an empty object", () => {
    const call = { type: "tool_use", id: "t", name: "f" };
    const input = objectIn(parseExact('{"id":12345678901234567890}'));
    expect(partsOf({ ...call, input }, { ...call, caller: { type: "direct" } })).toEqual([
      { kind: "tool-call", id: "t", name: "f", input: '{"id":12345678901234567890}' },
      {
        kind: "tool-call",
        id: "t",
        name: "f",
        input: "{}",
        extras: { dialect: OWN, fields: { caller: { type: "direct" } } },
      },
    ]);
  });

  test("calls without an id get one each, always the same", () => {
    const call = { type: "tool_use", name: "f", input: {} };
    const ids = partsOf(call, call)?.map((part) => (part.kind === "tool-call" ? part.id : ""));
    expect(ids).toEqual(["call_0123456789abcdef0123456789abcdef0", "call_0123456789abcdef0123456789abcdef1"]);
  });

  test("thoughts, withheld thoughts and citations", () => {
    const citation = { type: "char_location", document_title: "A", cited_text: "x", start_char_index: 3 };
    expect(
      partsOf(
        { type: "thinking", thinking: "hm", signature: "s" },
        { type: "thinking", thinking: "hm", signature: "" },
        { type: "redacted_thinking", data: "d" },
        { type: "text", text: "t", citations: [citation] },
      ),
    ).toEqual([
      { kind: "reasoning", form: "full", text: "hm", signature: { origin: OWN, value: "s" } },
      { kind: "reasoning", form: "full", text: "hm" },
      { kind: "reasoning", form: "full", text: "", isRedacted: true, signature: { origin: OWN, value: "d" } },
      {
        kind: "text",
        text: "t",
        citations: [{ title: "A", citedText: "x", original: { dialect: OWN, value: citation } }],
      },
    ]);
  });

  test.each([
    { type: "server_tool_use", id: "s", name: "web_search", input: {} },
    { type: "web_search_tool_result", tool_use_id: "s", content: [] },
    { type: "hologram" },
    { type: "text" },
    { type: "thinking" },
    { type: "redacted_thinking" },
    { type: "tool_use", id: "t" },
  ])("%o is kept as it is", (block) => {
    expect(partsOf(block)).toEqual([{ kind: "foreign", dialect: OWN, value: block }]);
  });
});

describe("how it ended", () => {
  test.each([
    ["end_turn", { kind: "stop" }],
    ["max_tokens", { kind: "length" }],
    ["tool_use", { kind: "tool-calls" }],
    ["pause_turn", { kind: "pause" }],
    ["refusal", { kind: "refusal" }],
    ["stop_sequence", { kind: "stop-sequence" }],
    [
      "model_context_window_exceeded",
      { kind: "length", raw: { dialect: OWN, value: "model_context_window_exceeded" } },
    ],
    ["compaction", { kind: "other", raw: { dialect: OWN, value: "compaction" } }],
    [null, { kind: "other" }],
  ])("%s is %o", (stop_reason, finish) => {
    expect(finishOf({ stop_reason })).toEqual(finish);
  });

  test("a stop sequence is named", () => {
    expect(finishOf({ stop_reason: "stop_sequence", stop_sequence: "END" })).toEqual({
      kind: "stop-sequence",
      stopSequence: "END",
    });
  });
});

describe("usage", () => {
  test("what was read from and written to the cache is input as well", () => {
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 1_000,
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 30 },
    };
    expect(readUsage(usage)).toEqual({
      inputTokens: 1_110,
      cachedInputTokens: 100,
      cacheWriteTokens: 1_000,
      outputTokens: 50,
      reasoningTokens: 30,
      isEstimated: false,
    });
  });

  test.each([
    undefined,
    null,
    {},
    { output_tokens: 1 },
    { input_tokens: -1, output_tokens: 1 },
    { input_tokens: 1.5, output_tokens: 1 },
    { input_tokens: "1", output_tokens: 1 },
    { input_tokens: 1, output_tokens: 1e12 },
    { input_tokens: 1, output_tokens: 1, cache_read_input_tokens: -5 },
    { input_tokens: 6e8, output_tokens: 1, cache_read_input_tokens: 6e8 },
    { input_tokens: 1, output_tokens: 1, output_tokens_details: { thinking_tokens: "many" } },
  ])("%o is no usage", (usage) => {
    expect(readUsage(usage)).toBeUndefined();
  });
});

test("502: a body without content is no answer", () => {
  expect(() => decode({ content: null })).toThrow(expect.objectContaining({ code: "upstream_failed" }));
});
