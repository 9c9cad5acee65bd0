import { describe, expect, it } from "vitest";
import type { JsonObject } from "#lib/gateway/conversation";
import { decodeReply } from "./decode-reply.ts";
import { readUsage } from "./read-usage.ts";

const dialect = "openai-responses";
const context = { requestId: "0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", createdAtS: 1_760_000_000 };
const read = (fields: JsonObject) =>
  decodeReply({ id: "resp_1", model: "gpt-5", created_at: 5, status: "completed", output: [], ...fields }, context);
const partsOf = (...output: readonly JsonObject[]) => read({ output }).choices[0]?.parts;
const call = { type: "function_call", id: "fc_1", call_id: "call_1", name: "look", arguments: "" };

describe("the head", () => {
  it("is the upstream's", () => {
    expect(read({ service_tier: "flex" })).toEqual({
      id: "resp_1",
      model: "gpt-5",
      createdAtS: 5,
      serviceTier: "flex",
      choices: [{ index: 0, parts: [], finish: { kind: "stop" } }],
    });
  });

  it("is minted where the upstream names none; `auto` is no tier that has served", () => {
    expect(decodeReply({ output: [], service_tier: "auto" }, context)).toEqual({
      id: "resp_0198a1b2c3d47e5f8a9b0c1d2e3f4a5b",
      model: "",
      createdAtS: 1_760_000_000,
      choices: [{ index: 0, parts: [], finish: { kind: "stop" } }],
    });
  });

  it("502: what has no output is no answer", () => {
    expect(() => decodeReply({ error: { message: "no" } }, context)).toThrow(
      expect.objectContaining({ code: "upstream_failed", status: 502 }),
    );
  });
});

describe("the output", () => {
  it("texts, refusals and citations are parts", () => {
    const page = { type: "url_citation", url: "https://a.example", title: "A", start_index: 0, end_index: 3 };
    const file = { type: "file_citation", file_id: "file-1", filename: "a.pdf", index: 9 };
    const content = [
      { type: "output_text", text: "see A", annotations: [page, file] },
      { type: "refusal", refusal: "no more" },
    ];
    expect(partsOf({ type: "message", id: "msg_1", role: "assistant", content })).toEqual([
      {
        kind: "text",
        text: "see A",
        citations: [
          { url: "https://a.example", title: "A", start: 0, end: 3, original: { dialect, value: page } },
          { title: "a.pdf", original: { dialect, value: file } },
        ],
      },
      { kind: "refusal", text: "no more" },
    ]);
  });

  it("calls keep their input to the byte, and get an id where they have none", () => {
    expect(
      partsOf(
        { ...call, arguments: '{ "n": 12345678901234567890 }' },
        { type: "custom_tool_call", call_id: "call_2", name: "sql", input: "SELECT 1" },
        { type: "function_call", name: "bare" },
      ),
    ).toEqual([
      { kind: "tool-call", id: "call_1", name: "look", input: '{ "n": 12345678901234567890 }' },
      { kind: "tool-call", id: "call_2", name: "sql", input: "SELECT 1", isCustom: true },
      { kind: "tool-call", id: "call_0198a1b2c3d47e5f8a9b0c1d2e3f4a5b2", name: "bare", input: "" },
    ]);
  });

  it("thoughts keep their proofs", () => {
    const summary = [{ type: "summary_text", text: "a" }];
    expect(
      partsOf(
        { type: "reasoning", id: "rs_1", summary, encrypted_content: "E==" },
        { type: "reasoning", id: "rs_2", summary: [], encrypted_content: "F==" },
        { type: "reasoning", id: "rs_3", summary: [], encrypted_content: null },
      ),
    ).toEqual([
      { kind: "reasoning", form: "summary", text: "a", signature: { origin: dialect, value: "E==", itemId: "rs_1" } },
      {
        kind: "reasoning",
        form: "full",
        text: "",
        isRedacted: true,
        signature: { origin: dialect, value: "F==", itemId: "rs_2" },
      },
    ]);
  });

  it("drawn images are images; what we do not know comes through as it is", () => {
    const drawn = { type: "image_generation_call", id: "ig_1", status: "completed", result: "AAAA" };
    const drawing = { type: "image_generation_call", id: "ig_2", status: "failed", result: null };
    const search = { type: "web_search_call", id: "ws_1", status: "completed" };
    const odd = { type: "hologram", depth: 3 };
    const message = { type: "message", id: "msg_1", content: [{ type: "output_text", text: "a" }, odd] };
    expect(partsOf(drawn, drawing, search, message)).toEqual([
      {
        kind: "image",
        media: { kind: "data", mediaType: "image/png", base64: "AAAA" },
        extras: { dialect, fields: { id: "ig_1", status: "completed" } },
      },
      { kind: "foreign", dialect, value: drawing },
      { kind: "foreign", dialect, value: search },
      { kind: "text", text: "a" },
      { kind: "foreign", dialect, value: { ...message, content: [odd] } },
    ]);
  });

  it("log-probabilities of all texts are one list; nonsense among them is not there", () => {
    const logprobs = [
      { token: "a", logprob: -0.5, bytes: [97], top_logprobs: [{ token: "b", logprob: -1, bytes: [98] }] },
      { token: "c", logprob: -0.1 },
      { token: 5, logprob: -0.1 },
    ];
    const content = [
      { type: "output_text", text: "a", logprobs },
      { type: "output_text", text: "b", logprobs: [{ token: "d", logprob: 0 }] },
    ];
    expect(read({ output: [{ type: "message", content }] }).choices[0]?.logprobs).toEqual([
      { token: "a", logprob: -0.5, bytes: [97], top: [{ token: "b", logprob: -1, bytes: [98] }] },
      { token: "c", logprob: -0.1, top: [] },
      { token: "d", logprob: 0, top: [] },
    ]);
  });
});

describe("the finish", () => {
  const raw = (value: string) => ({ kind: "other", raw: { dialect, value } });

  it.each([
    [{ status: "completed" }, { kind: "stop" }],
    [{ status: undefined }, { kind: "stop" }],
    [{ status: "completed", output: [call] }, { kind: "tool-calls" }],
    [{ status: "incomplete", incomplete_details: { reason: "max_output_tokens" }, output: [call] }, { kind: "length" }],
    [{ status: "incomplete", incomplete_details: { reason: "content_filter" } }, { kind: "content-filter" }],
    [{ status: "incomplete", incomplete_details: { reason: "tired" } }, raw("tired")],
    [{ status: "incomplete", incomplete_details: null }, raw("incomplete")],
    [{ status: "failed", error: { code: "server_error", message: "" } }, { kind: "error" }],
    [{ status: "cancelled" }, raw("cancelled")],
  ])("%j is %j", (fields, finish) => {
    expect(read(fields).choices[0]?.finish).toEqual(finish);
  });
});

describe("usage", () => {
  const usage = {
    input_tokens: 10,
    input_tokens_details: { cached_tokens: 4, cache_write_tokens: 3 },
    output_tokens: 5,
    output_tokens_details: { reasoning_tokens: 2 },
    total_tokens: 15,
  };

  it("is read with its sub-counts, which may be missing", () => {
    expect(readUsage(usage)).toEqual({
      inputTokens: 10,
      cachedInputTokens: 4,
      cacheWriteTokens: 3,
      outputTokens: 5,
      reasoningTokens: 2,
      isEstimated: false,
    });
    expect(readUsage({ input_tokens: 1, output_tokens: 0, input_tokens_details: null })).toMatchObject({
      inputTokens: 1,
      cachedInputTokens: 0,
      reasoningTokens: 0,
    });
  });

  it("no part is more than its whole", () => {
    const input_tokens_details = { cached_tokens: 90, cache_write_tokens: 90 };
    expect(
      readUsage({ ...usage, input_tokens_details, output_tokens_details: { reasoning_tokens: 90 } }),
    ).toMatchObject({
      cachedInputTokens: 10,
      cacheWriteTokens: 0,
      reasoningTokens: 5,
    });
  });

  it.each([
    undefined,
    null,
    "many",
    {},
    { ...usage, input_tokens: -1 },
    { ...usage, input_tokens: "10" },
    { ...usage, output_tokens: 1.5 },
    { ...usage, output_tokens: undefined },
    { ...usage, output_tokens: 1e12 },
    { ...usage, input_tokens_details: { cached_tokens: -4 } },
    { ...usage, input_tokens_details: { cached_tokens: 0, cache_write_tokens: "a" } },
    { ...usage, output_tokens_details: { reasoning_tokens: 0.5 } },
  ])("%j is no usage", (raw) => {
    expect(readUsage(raw)).toBeUndefined();
    expect(read({ usage: undefined })).not.toHaveProperty("usage");
  });
});
