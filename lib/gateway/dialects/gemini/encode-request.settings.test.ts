import { describe, expect, test } from "vitest";
import type { Conversation } from "#lib/gateway/conversation";
import { geminiCodec } from "./codec.ts";
import { bodyOf, encoded } from "./fixtures/conversation.ts";
import { TARGET } from "./fixtures/exchange.ts";

describe("settings", () => {
  test("each has its place", () => {
    const numbers = {
      maxOutputTokens: 100,
      temperature: 0,
      topP: 0.9,
      topK: 40,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
    };
    expect(bodyOf({ ...numbers, choices: 2, stop: ["a"], logprobs: { top: 3 } }).generationConfig).toStrictEqual({
      ...numbers,
      candidateCount: 2,
      stopSequences: ["a"],
      responseLogprobs: true,
      logprobs: 3,
    });
    expect(bodyOf({ logprobs: { top: 0 } }).generationConfig).toStrictEqual({ responseLogprobs: true });
  });

  test("five stop sequences are sent; with six the gateway stops by itself, which is no loss", () => {
    const stop = ["1", "2", "3", "4", "5"];
    expect(geminiCodec.stopsMax).toBe(5);
    expect(bodyOf({ stop }).generationConfig).toStrictEqual({ stopSequences: stop });
    expect(encoded({ stop: [...stop, "6"] })).toStrictEqual(encoded({}));
    expect(encoded({ stop: [] })).toStrictEqual(encoded({}));
  });

  test.each<readonly [Conversation["output"], object]>([
    [{ kind: "text" }, { responseMimeType: "text/plain" }],
    [{ kind: "json" }, { responseMimeType: "application/json" }],
    [
      { kind: "json-schema", name: "n", schema: { type: "object" }, isStrict: true },
      { responseMimeType: "application/json", responseJsonSchema: { type: "object" } },
    ],
  ])("the output %j is %j", (output, expected) => {
    expect(encoded({ output })).toMatchObject({ body: { generationConfig: expected }, losses: [] });
  });

  const thinkingOf = (reasoning: Conversation["reasoning"], model: string) =>
    JSON.stringify(bodyOf({ reasoning }, { ...TARGET, model }).generationConfig ?? null);

  test.each<readonly [Conversation["reasoning"], string, object]>([
    [{ effort: "high" }, "gemini-2.5-pro", { thinkingBudget: 16_384 }],
    [{ effort: "none" }, "gemini-2.5-flash", { thinkingBudget: 0 }],
    [{ effort: "minimal" }, "gemini-2.5-flash", { thinkingBudget: 1_024 }],
    [{ effort: "low" }, "gemini-2.5-flash", { thinkingBudget: 2_048 }],
    [{ effort: "medium" }, "gemini-flash-latest", { thinkingBudget: 8_192 }],
    [{ effort: "xhigh" }, "gemini-2.5-flash", { thinkingBudget: 32_768 }],
    [{ effort: "max", budgetTokens: 500 }, "gemini-2.5-flash", { thinkingBudget: 500 }],
    [{ effort: "high", budgetTokens: 500 }, "gemini-3-pro-preview", { thinkingLevel: "HIGH" }],
    [{ effort: "minimal", show: "detailed" }, "gemini-3-flash", { thinkingLevel: "MINIMAL", includeThoughts: true }],
    [{ budgetTokens: 500, show: "none" }, "gemini-3-flash", { thinkingBudget: 500, includeThoughts: false }],
    [{ isAdaptive: true }, "gemini-2.5-pro", { thinkingBudget: -1 }],
  ])("thinking %j with %s is %j", (reasoning, model, expected) => {
    expect(thinkingOf(reasoning, model)).toBe(JSON.stringify({ thinkingConfig: expected }));
  });

  test("Gemini 3 decides by itself how much to think, so that is not said", () => {
    expect(thinkingOf({ isAdaptive: true }, "gemini-3-pro-preview")).toBe("null");
  });

  test.each([
    ["default", "standard"],
    ["flex", "flex"],
    ["priority", "priority"],
  ])("the tier %s is %s", (serviceTier, expected) => {
    expect(encoded({ serviceTier })).toMatchObject({ body: { serviceTier: expected }, losses: [] });
  });
});
