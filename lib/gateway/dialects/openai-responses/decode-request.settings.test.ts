import { describe, expect, it } from "vitest";
import { objectIn } from "#lib/gateway/dialects/read";
import { parseExact } from "#lib/gateway/json-exact";
import { decodeRequest } from "./decode-request.ts";
import { ask, dialect, said } from "./fixtures/request.ts";

describe("settings", () => {
  it("every setting has its place", () => {
    const schema = { type: "object", properties: {} };
    const conversation = ask({
      parallel_tool_calls: false,
      text: { format: { type: "json_schema", name: "out", schema, strict: true, description: "d" }, verbosity: "low" },
      reasoning: { effort: "xhigh", summary: "detailed" },
      max_output_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      top_logprobs: 3,
      include: ["message.output_text.logprobs"],
      metadata: { a: "b" },
      safety_identifier: "u1",
      prompt_cache_key: "k",
      service_tier: "flex",
      stream: true,
    });
    expect(conversation).toEqual({
      messages: [{ role: "user", parts: said("hello") }],
      tools: [],
      allowsParallelTools: false,
      output: { kind: "json-schema", name: "out", schema, isStrict: true, description: "d" },
      verbosity: "low",
      reasoning: { effort: "xhigh", show: "detailed" },
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      logprobs: { top: 3 },
      metadata: { a: "b" },
      userId: "u1",
      cacheKey: "k",
      serviceTier: "flex",
    });
  });

  it("what is not said is not there, and null says nothing", () => {
    const silent = { messages: [{ role: "user", parts: said("hello") }], tools: [] };
    expect(ask({})).toEqual(silent);
    const nulls = [
      "instructions",
      "tools",
      "tool_choice",
      "text",
      "reasoning",
      "temperature",
      "metadata",
      "conversation",
    ];
    expect(ask(Object.fromEntries(nulls.map((name) => [name, null])))).toEqual(silent);
    expect(ask({ background: false })).toEqual(silent);
  });

  it.each([
    [{ type: "text" }, { kind: "text" }],
    [{ type: "json_object" }, { kind: "json" }],
  ])("the format %j is carried", (format, output) => {
    expect(ask({ text: { format } }).output).toEqual(output);
  });

  it("the older names of a user and of a summary are read", () => {
    expect(ask({ user: "u2", reasoning: { generate_summary: "auto" } })).toMatchObject({
      userId: "u2",
      reasoning: { show: "auto" },
    });
    expect(ask({ user: "u2", safety_identifier: "u1" })).toMatchObject({
      userId: "u1",
      extras: { fields: { user: "u2" } },
    });
  });

  it("log-probabilities are asked for by the include alone", () => {
    expect(ask({ include: ["message.output_text.logprobs"] }).logprobs).toEqual({ top: 0 });
    expect(ask({ top_logprobs: 2 })).toMatchObject({ extras: { dialect, fields: { top_logprobs: 2 } } });
    expect(ask({ top_logprobs: 2 }).logprobs).toBeUndefined();
  });

  it("what is kept between calls is the gateway's own business", () => {
    expect(ask({ store: true, previous_response_id: "resp_1" }).extras).toBeUndefined();
  });

  it("what has no place elsewhere stays as it is", () => {
    const fields = {
      background: true,
      truncation: "auto",
      conversation: "conv_1",
      prompt: { id: "pmpt_1" },
      include: ["web_search_call.results"],
      text: { density: 2 },
      reasoning: { context: "all_turns" },
      frequency_penalty: 1,
    };
    expect(ask(fields).extras).toEqual({ dialect, fields });
  });

  it("a number that was written with a point is a number", () => {
    const body = parseExact('{"input":"1e5","temperature":1.0,"max_output_tokens":64.0,"top_p":1e-1}');
    expect(decodeRequest(objectIn(body) ?? {})).toMatchObject({ temperature: 1, maxOutputTokens: 64, topP: 0.1 });
  });
});
