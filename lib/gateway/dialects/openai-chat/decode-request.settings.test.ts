import { describe, expect, test } from "vitest";
import { parseExact } from "#lib/gateway/json-exact";
import { objectIn } from "../read.ts";
import { openAiChatCodec } from "./codec.ts";
import { text } from "./fixtures/conversation.ts";
import { asked, extras } from "./fixtures/request.ts";

describe("settings", () => {
  test("each setting is read in its own name", () => {
    const settings = {
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: -0.2,
      n: 2,
      verbosity: "low",
      service_tier: "flex",
      metadata: { team: "a" },
      prompt_cache_key: "key",
      parallel_tool_calls: false,
      stream: true,
      stream_options: { include_usage: true },
    };
    expect(asked(settings)).toEqual({
      messages: [{ role: "user", parts: [text("Hello")] }],
      tools: [],
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: -0.2,
      choices: 2,
      verbosity: "low",
      serviceTier: "flex",
      metadata: { team: "a" },
      cacheKey: "key",
      allowsParallelTools: false,
    });
  });

  test("null says nothing", () => {
    const silent = { temperature: null, stop: null, tools: null, n: null, logprobs: null, custom_field: null };
    expect(asked(silent)).toEqual(asked({}));
  });

  test.each([
    [{ max_tokens: 5 }, 5],
    [{ max_completion_tokens: 6 }, 6],
    [{ max_tokens: 5, max_completion_tokens: 6 }, 6],
  ])("%j limits the output", (fields, limit) => {
    expect(asked(fields).maxOutputTokens).toBe(limit);
  });

  test("one stop sequence may stand alone, and an empty list is none", () => {
    expect(asked({ stop: "END" }).stop).toEqual(["END"]);
    expect(asked({ stop: ["a", "b"] }).stop).toEqual(["a", "b"]);
    expect(asked({ stop: [] }).stop).toBeUndefined();
  });

  test("log-probabilities are wanted with as many alternatives as said", () => {
    expect(asked({ logprobs: true }).logprobs).toEqual({ top: 0 });
    expect(asked({ logprobs: true, top_logprobs: 3 }).logprobs).toEqual({ top: 3 });
    expect(asked({ logprobs: false }).logprobs).toBeUndefined();
  });

  test.each(["none", "minimal", "low", "medium", "high", "xhigh", "max"])("the effort %s is read", (effort) => {
    expect(asked({ reasoning_effort: effort }).reasoning).toEqual({ effort });
  });

  test("OpenRouter's reasoning object is read: effort, budget, whether it is hidden or enabled", () => {
    expect(asked({ reasoning: { effort: "high" } }).reasoning).toEqual({ effort: "high" });
    expect(asked({ reasoning: { max_tokens: 2_000 } }).reasoning).toEqual({ budgetTokens: 2_000 });
    expect(asked({ reasoning: { exclude: true } }).reasoning).toEqual({ show: "none" });
    expect(asked({ reasoning: { enabled: true } }).reasoning).toEqual({ isAdaptive: true });
    expect(asked({ reasoning: { enabled: false } }).reasoning).toEqual({ effort: "none" });
    expect(asked({ reasoning: {} }).reasoning).toBeUndefined();
  });

  test("a user is named by `safety_identifier` or by `user`; both cannot be said elsewhere", () => {
    expect(asked({ user: "u" }).userId).toBe("u");
    expect(asked({ safety_identifier: "s" }).userId).toBe("s");
    expect(asked({ safety_identifier: "s", user: "u" })).toMatchObject({ userId: "s", extras: extras({ user: "u" }) });
  });

  test("a number is read however it is written", () => {
    const body = `{"messages":[{"role":"user","content":"a"}],"temperature":1e0,"max_tokens":1E3,"seed":9223372036854775807}`;
    const decoded = openAiChatCodec.decodeRequest(objectIn(parseExact(body)) ?? {});
    expect(decoded).toMatchObject({ temperature: 1, maxOutputTokens: 1_000, seed: 2 ** 63 });
  });

  test("a field that is not known is kept as it came", () => {
    const fields = { logit_bias: { "50256": -100 }, web_search_options: {}, continue_final_message: true };
    expect(asked(fields).extras).toEqual(extras(fields));
    expect(asked({ reasoning: { effort: "low", style: "x" } }).extras).toEqual(extras({ "reasoning.style": "x" }));
  });
});

describe("output", () => {
  test("text, JSON and JSON by schema are told apart", () => {
    expect(asked({ response_format: { type: "text" } }).output).toEqual({ kind: "text" });
    expect(asked({ response_format: { type: "json_object" } }).output).toEqual({ kind: "json" });
    const named = { name: "n", description: "d", schema: { type: "object" }, strict: false };
    expect(asked({ response_format: { type: "json_schema", json_schema: named } }).output).toEqual({
      kind: "json-schema",
      name: "n",
      description: "d",
      schema: { type: "object" },
      isStrict: false,
    });
  });

  test("a format that is not OpenAI's is kept as it came", () => {
    const format = { type: "regex", pattern: "a+" };
    expect(asked({ response_format: format })).toMatchObject({ extras: extras({ response_format: format }) });
    expect(asked({ response_format: format }).output).toBeUndefined();
  });
});
