import { describe, expect, test } from "vitest";
import type { JsonObject } from "#lib/gateway/conversation";
import { decodeRequest } from "./decode-request.ts";
import { extras, hello } from "./fixtures/request.ts";

describe("settings", () => {
  const settingsOf = (generationConfig: JsonObject, more: JsonObject = {}) => {
    const { messages: _messages, tools: _tools, ...settings } = decodeRequest({ ...hello, ...more, generationConfig });
    return settings;
  };

  test("sampling, limits and counts have their places", () => {
    const numbers = {
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
    };
    expect(
      settingsOf({ ...numbers, candidateCount: 2, stopSequences: ["a", "b"], responseLogprobs: true, logprobs: 3 }),
    ).toStrictEqual({ ...numbers, choices: 2, stop: ["a", "b"], logprobs: { top: 3 } });
  });

  test("what was not said is not there, null included", () => {
    expect(settingsOf({ temperature: null, thinkingConfig: {}, responseLogprobs: false })).toStrictEqual({});
  });

  test.each<readonly [JsonObject, JsonObject]>([
    [{ responseMimeType: "application/json" }, { output: { kind: "json" } }],
    [{ responseMimeType: "text/plain" }, { output: { kind: "text" } }],
    [
      { responseMimeType: "application/json", responseJsonSchema: { type: "object" } },
      { output: { kind: "json-schema", name: "response", schema: { type: "object" } } },
    ],
    [
      { responseSchema: { type: "ARRAY", items: { type: "STRING" } } },
      { output: { kind: "json-schema", name: "response", schema: { type: "array", items: { type: "string" } } } },
    ],
    [
      { responseMimeType: "text/x.enum", responseSchema: { type: "STRING", enum: ["A"] } },
      {
        extras: extras({
          "generationConfig.responseMimeType": "text/x.enum",
          "generationConfig.responseSchema": { type: "STRING", enum: ["A"] },
        }),
      },
    ],
  ])("the output %j is read as %j", (config, expected) => {
    expect(settingsOf(config)).toStrictEqual(expected);
  });

  test.each<readonly [JsonObject, JsonObject | undefined]>([
    [{ thinkingBudget: 0 }, { budgetTokens: 0 }],
    [
      { thinkingBudget: -1, includeThoughts: true },
      { budgetTokens: -1, show: "auto" },
    ],
    [
      { thinkingLevel: "low", includeThoughts: false },
      { effort: "low", show: "none" },
    ],
    [{ thinkingLevel: "HIGH" }, { effort: "high" }],
    [{ thinkingLevel: "THINKING_LEVEL_UNSPECIFIED" }, undefined],
  ])("the thinking %j is read as %j", (thinkingConfig, reasoning) => {
    expect(settingsOf({ thinkingConfig }).reasoning).toStrictEqual(reasoning);
  });

  test.each([
    ["standard", "default"],
    ["flex", "flex"],
    ["PRIORITY", "priority"],
    ["unspecified", undefined],
  ])("the tier %s is %s", (serviceTier, expected) => {
    expect(settingsOf({}, { serviceTier }).serviceTier).toBe(expected);
  });

  test("a model named in the body is not a setting", () => {
    expect(settingsOf({}, { model: "models/gemini-2.5-pro" })).toStrictEqual({});
  });
});
