import { describe, expect, it } from "vitest";
import { NO_USAGE } from "#lib/base/request-record";
import type { Part } from "#lib/gateway/conversation";
import type { Finish } from "#lib/gateway/reply";
import { hex, replyOf, write } from "./fixtures/reply.ts";

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
