import { describe, expect, it } from "vitest";
import { NO_USAGE } from "#lib/base/request-record";
import type { JsonObject, Part } from "#lib/gateway/conversation";
import type { ReplyContext } from "#lib/gateway/dialects/codec";
import type { Choice, Finish, Reply } from "#lib/gateway/reply";
import { encodeReply } from "./encode-reply.ts";

const hex = "0198a1b2c3d47e5f8a9b0c1d2e3f4a5b";
const context: ReplyContext = {
  requestId: "0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
  createdAtS: 1_760_000_005,
  model: "shown",
  request: { model: "shown", input: "hello" },
  wantsUsage: true,
};
const replyOf = (choice: Partial<Choice>, more: Partial<Reply> = {}): Reply => ({
  id: "chatcmpl-1",
  model: "upstream-model",
  choices: [{ index: 0, parts: [], finish: { kind: "stop" }, ...choice }],
  ...more,
});
const write = (reply: Reply, request: JsonObject = context.request) => encodeReply(reply, { ...context, request });
const outputOf = (...parts: readonly Part[]) => write(replyOf({ parts })).body.output;

describe("the response object", () => {
  it("holds every field, with the API's defaults for what the request does not say", () => {
    expect(write(replyOf({})).body).toEqual({
      id: `resp_${hex}`,
      object: "response",
      created_at: 1_760_000_005,
      completed_at: 1_760_000_005,
      status: "completed",
      background: false,
      error: null,
      frequency_penalty: 0,
      incomplete_details: null,
      instructions: null,
      max_output_tokens: null,
      max_tool_calls: null,
      metadata: {},
      model: "shown",
      output: [],
      parallel_tool_calls: true,
      presence_penalty: 0,
      previous_response_id: null,
      prompt_cache_key: null,
      reasoning: { effort: null, summary: null },
      safety_identifier: null,
      service_tier: "default",
      store: true,
      temperature: 1,
      text: { format: { type: "text" } },
      tool_choice: "auto",
      tools: [],
      top_logprobs: 0,
      top_p: 1,
      truncation: "disabled",
      usage: null,
      user: null,
    });
  });

  it("repeats what the request asked for", () => {
    const schema = { type: "object", properties: {} };
    const request = {
      instructions: "be brief",
      max_output_tokens: 9,
      metadata: { a: "b" },
      parallel_tool_calls: false,
      previous_response_id: "resp_0",
      reasoning: { effort: "low" },
      store: false,
      temperature: 0,
      text: { verbosity: "low" },
      tool_choice: { type: "function", name: "look" },
      tools: [{ type: "function", name: "look", parameters: schema }, { type: "web_search" }],
      top_p: 0.5,
      truncation: "auto",
    };
    expect(write(replyOf({}), request).body).toMatchObject({
      ...request,
      reasoning: { effort: "low", summary: null },
      text: { format: { type: "text" }, verbosity: "low" },
      tools: [
        { type: "function", name: "look", parameters: schema, description: null, strict: null },
        { type: "web_search" },
      ],
    });
  });

  it("has times, tier and usage of the answer", () => {
    const usage = {
      ...NO_USAGE,
      inputTokens: 10,
      cachedInputTokens: 4,
      cacheWriteTokens: 3,
      outputTokens: 5,
      reasoningTokens: 2,
    };
    expect(write(replyOf({}, { createdAtS: 1_760_000_001, serviceTier: "flex", usage })).body).toMatchObject({
      created_at: 1_760_000_001,
      completed_at: 1_760_000_005,
      service_tier: "flex",
      usage: {
        input_tokens: 10,
        input_tokens_details: { cached_tokens: 4, cache_write_tokens: 3 },
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 2 },
        total_tokens: 15,
      },
    });
  });
});

describe("the output", () => {
  it("texts that follow each other are one message, named by its place", () => {
    const parts: readonly Part[] = [
      { kind: "text", text: "a" },
      { kind: "refusal", text: "b" },
      { kind: "tool-call", id: "call_1", name: "look", input: '{"n": 1}' },
      { kind: "tool-call", id: "call_2", name: "sql", input: "SELECT", isCustom: true },
      { kind: "text", text: "c" },
    ];
    const text = (value: string) => ({ type: "output_text", text: value, annotations: [], logprobs: [] });
    expect(outputOf(...parts)).toEqual([
      {
        id: `msg_${hex}0`,
        type: "message",
        status: "completed",
        role: "assistant",
        content: [text("a"), { type: "refusal", refusal: "b" }],
      },
      {
        id: `fc_${hex}1`,
        type: "function_call",
        status: "completed",
        call_id: "call_1",
        name: "look",
        arguments: '{"n": 1}',
      },
      {
        id: `ctc_${hex}2`,
        type: "custom_tool_call",
        status: "completed",
        call_id: "call_2",
        name: "sql",
        input: "SELECT",
      },
      { id: `msg_${hex}3`, type: "message", status: "completed", role: "assistant", content: [text("c")] },
    ]);
  });

  it("thoughts are items, their proofs marked with where they come from", () => {
    const own = { origin: "openai-responses", value: "E==", itemId: "rs_9" } as const;
    const foreign = { origin: "anthropic-messages", value: "A==" } as const;
    expect(
      outputOf(
        { kind: "reasoning", form: "summary", text: "a", signature: own },
        { kind: "reasoning", form: "full", text: "b", signature: foreign },
        { kind: "reasoning", form: "full", text: "", isRedacted: true, signature: foreign },
        { kind: "reasoning", form: "full", text: "", signature: foreign },
      ),
    ).toEqual([
      { id: "rs_9", type: "reasoning", summary: [{ type: "summary_text", text: "a" }], encrypted_content: "E==" },
      {
        id: `rs_${hex}1`,
        type: "reasoning",
        summary: [],
        content: [{ type: "reasoning_text", text: "b" }],
        encrypted_content: "sy1.anthropic-messages..A==",
      },
      { id: `rs_${hex}2`, type: "reasoning", summary: [], encrypted_content: "sy1.anthropic-messages..A==" },
      {
        id: `rs_${hex}3`,
        type: "reasoning",
        summary: [],
        content: [{ type: "reasoning_text", text: "" }],
        encrypted_content: "sy1.anthropic-messages..A==",
      },
    ]);
  });

  it("a proof that sits on a text or on a call stands directly before it", () => {
    const signature = { origin: "gemini", value: "G==" } as const;
    expect(
      outputOf(
        { kind: "text", text: "a" },
        { kind: "text", text: "b", signature },
        { kind: "tool-call", id: "call_1", name: "look", input: "{}", signature },
      ),
    ).toMatchObject([
      { type: "message", content: [{ text: "a" }] },
      { id: `rs_${hex}1`, type: "reasoning", summary: [], encrypted_content: "sy1.gemini..G==" },
      { type: "message", content: [{ text: "b" }] },
      { id: `rs_${hex}3`, type: "reasoning", encrypted_content: "sy1.gemini..G==" },
      { type: "function_call" },
    ]);
  });

  it("citations are annotations with all fields their type requires", () => {
    const original = { dialect: "anthropic-messages", value: { type: "char_location" } } as const;
    const mine = { type: "file_path", file_id: "f", index: 1 };
    const citations = [
      { url: "https://a.example", title: "A", start: 2, end: 5, original },
      { url: "https://b.example", start: 2, original },
      { title: "a.pdf", citedText: "c", start: 7, original },
      { original: { dialect: "openai-responses", value: mine } as const },
    ];
    expect(outputOf({ kind: "text", text: "a", citations })).toMatchObject([
      {
        content: [
          {
            annotations: [
              { type: "url_citation", url: "https://a.example", title: "A", start_index: 2, end_index: 5 },
              { type: "url_citation", url: "https://b.example", title: "", start_index: 2, end_index: 2 },
              { type: "file_citation", file_id: "", filename: "a.pdf", index: 7 },
              mine,
            ],
          },
        ],
      },
    ]);
  });

  it("images are drawn ones, log-probabilities stand with the first text", () => {
    const media = { kind: "data", mediaType: "image/jpeg", base64: "AAAA" } as const;
    const logprobs = [{ token: "a", logprob: -1, bytes: null, top: [{ token: "b", logprob: -2, bytes: [98] }] }];
    const parts: readonly Part[] = [
      { kind: "image", media },
      { kind: "text", text: "a" },
      { kind: "text", text: "b" },
    ];
    const written = {
      token: "a",
      logprob: -1,
      bytes: [],
      top_logprobs: [{ token: "b", logprob: -2, bytes: [98] }],
    };
    expect(write(replyOf({ parts, logprobs })).body.output).toMatchObject([
      { id: `ig_${hex}0`, type: "image_generation_call", status: "completed", output_format: "jpeg", result: "AAAA" },
      { type: "message", content: [{ logprobs: [written] }, { logprobs: [] }] },
    ]);
  });
});

describe("the finish", () => {
  const raw = (dialect: "openai-responses" | "gemini", value: string): Finish => ({
    kind: "other",
    raw: { dialect, value },
  });
  const incomplete = (reason: string) => ({ status: "incomplete", incomplete_details: { reason }, completed_at: null });
  const completed = { status: "completed", incomplete_details: null, error: null };

  it.each([
    [{ kind: "stop" }, completed],
    [{ kind: "tool-calls" }, completed],
    [{ kind: "stop-sequence", stopSequence: "END" }, completed],
    [{ kind: "pause" }, completed],
    [{ kind: "other" }, completed],
    [raw("gemini", "LANGUAGE"), completed],
    [{ kind: "length" }, incomplete("max_output_tokens")],
    [{ kind: "content-filter" }, incomplete("content_filter")],
    [{ kind: "refusal" }, incomplete("content_filter")],
    [raw("openai-responses", "tired"), incomplete("tired")],
    [raw("openai-responses", "incomplete"), { status: "incomplete", incomplete_details: null }],
    [raw("openai-responses", "cancelled"), { status: "cancelled", incomplete_details: null }],
    [{ kind: "error" }, { status: "failed", error: { code: "server_error", message: expect.any(String) } }],
  ] satisfies [Finish, object][])("%j is %j", (finish, fields) => {
    expect(write(replyOf({ finish })).body).toMatchObject(fields);
  });

  it("a message that was cut off says so", () => {
    const parts: readonly Part[] = [
      { kind: "text", text: "a" },
      { kind: "tool-call", id: "call_1", name: "look", input: "{}" },
      { kind: "text", text: "b" },
    ];
    expect(write(replyOf({ parts, finish: { kind: "length" } })).body.output).toMatchObject([
      { status: "completed" },
      { status: "completed" },
      { status: "incomplete" },
    ]);
  });
});

describe("losses", () => {
  it("further choices, sound, files, images by address and what other dialects alone have are lost", () => {
    const media = { kind: "url", url: "https://a.example/a" } as const;
    const parts: readonly Part[] = [
      { kind: "text", text: "a" },
      { kind: "audio", base64: "", format: "wav" },
      { kind: "file", media },
      { kind: "image", media },
      { kind: "foreign", dialect: "gemini", value: {} },
      { kind: "tool-result", callId: "1", content: [] },
    ];
    const reply = replyOf({ parts });
    const { losses, body } = write({ ...reply, choices: [...reply.choices, ...reply.choices] });
    expect(body.output).toMatchObject([{ type: "message" }]);
    expect(losses).toEqual([
      { field: "choices", weight: "meaning" },
      ...[1, 2, 3, 4, 5].map((at) => ({ field: `choices.0.parts.${at}`, weight: "meaning" })),
    ]);
  });
});
