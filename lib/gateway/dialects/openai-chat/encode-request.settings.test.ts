import { describe, expect, test } from "vitest";
import type { Conversation, ReasoningRequest } from "#lib/gateway/conversation";
import { openAiChatCodec } from "./codec.ts";
import { bodyOf, encode, harmless, lossesOf } from "./fixtures/conversation.ts";

describe("settings", () => {
  test("nothing is sent that was not said", () => {
    expect(bodyOf({})).toEqual({ model: "m", messages: [{ role: "user", content: "Hello" }] });
  });

  test("each setting is sent in its own name", () => {
    const given: Partial<Conversation> = {
      maxOutputTokens: 100,
      temperature: 0,
      topP: 0.5,
      stop: ["a", "b"],
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      choices: 2,
      logprobs: { top: 3 },
      verbosity: "low",
      serviceTier: "flex",
      userId: "u",
      cacheKey: "key",
    };
    expect(encode(given)).toEqual({
      body: {
        ...bodyOf({}),
        max_completion_tokens: 100,
        temperature: 0,
        top_p: 0.5,
        stop: ["a", "b"],
        seed: 7,
        presence_penalty: 0.1,
        frequency_penalty: 0.2,
        n: 2,
        logprobs: true,
        top_logprobs: 3,
        verbosity: "low",
        service_tier: "flex",
        user: "u",
        prompt_cache_key: "key",
      },
      losses: [],
    });
    expect(bodyOf({ logprobs: { top: 0 } })).toEqual({ ...bodyOf({}), logprobs: true });
  });

  test("a stream asks for its usage", () => {
    expect(bodyOf({}, { isStream: true })).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  test("more stop sequences than four are left to the gateway, without a loss", () => {
    expect(encode({ stop: ["a", "b", "c", "d"] }).body.stop).toEqual(["a", "b", "c", "d"]);
    expect(encode({ stop: ["a", "b", "c", "d", "e"] })).toEqual({ body: bodyOf({}), losses: [] });
    expect(openAiChatCodec.stopsMax).toBe(4);
  });

  test("what OpenAI does not take is left out and reported as harmless", () => {
    const given = { topK: 40, serviceTier: "standard_only", metadata: { team: "a" } };
    expect(encode(given)).toEqual({
      body: bodyOf({}),
      losses: [harmless("topK"), harmless("metadata"), harmless("serviceTier")],
    });
  });

  test("metadata goes with an answer that is stored, as the caller asked", () => {
    const extras = { dialect: "openai-chat", fields: { store: true, logit_bias: { "1": 2 } } } as const;
    expect(encode({ metadata: { team: "a" }, extras })).toEqual({
      body: { ...bodyOf({}), metadata: { team: "a" }, store: true, logit_bias: { "1": 2 } },
      losses: [],
    });
  });

  test("extras of another dialect are not sent", () => {
    expect(bodyOf({ extras: { dialect: "gemini", fields: { safetySettings: [] } } })).toEqual(bodyOf({}));
  });

  test.each<[ReasoningRequest, string | undefined]>([
    [{ effort: "xhigh" }, "xhigh"],
    [{ effort: "low", budgetTokens: 30_000 }, "low"],
    [{ budgetTokens: 0 }, "none"],
    [{ budgetTokens: 1_024 }, "minimal"],
    [{ budgetTokens: 1_025 }, "low"],
    [{ budgetTokens: 4_096 }, "low"],
    [{ budgetTokens: 12_288 }, "medium"],
    [{ budgetTokens: 12_289 }, "high"],
    [{ budgetTokens: -1 }, undefined],
  ])("reasoning %j is the effort %s", (reasoning, effort) => {
    expect(encode({ reasoning }).body.reasoning_effort).toBe(effort);
    expect(encode({ reasoning }).losses).toEqual([]);
  });

  test("whether thoughts are shown or adaptive cannot be said", () => {
    expect(lossesOf({ reasoning: { show: "detailed", isAdaptive: true } })).toEqual([
      harmless("reasoning.show"),
      harmless("reasoning.isAdaptive"),
    ]);
  });
});
