import { describe, expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import type { JsonObject } from "#lib/gateway/conversation";
import { decodeRequest } from "./decode-request.ts";
import { hello, said } from "./fixtures/request.ts";

/** Gives code and path of the refusal. */
function refusal(body: JsonObject): string {
  try {
    decodeRequest(body);
  } catch (error) {
    if (error instanceof AppError) return `${error.code} ${error.param}`;
    throw error;
  }
  return "accepted";
}

describe("what is wrong is refused with its path", () => {
  test.each<readonly [string, JsonObject]>([
    ["missing_field contents", {}],
    ["invalid_field contents", { contents: [] }],
    ["invalid_field contents.0", { contents: [1] }],
    ["invalid_field contents.0.role", { contents: [{ role: "assistant", parts: [] }] }],
    ["invalid_field contents.0.parts.0", said({})],
    ["invalid_field contents.0.parts.0", said({ videoMetadata: {} })],
    ["invalid_field contents.0.parts.1.text", said({ text: "a" }, { text: 1 })],
    ["invalid_field contents.0.parts.0.thought", said({ text: "a", thought: "yes" })],
    ["invalid_field contents.0.parts.0.thoughtSignature", said({ text: "a", thoughtSignature: 1 })],
    ["invalid_field contents.0.parts.0.inlineData", said({ inlineData: "AAAA" })],
    ["invalid_field contents.0.parts.0.inlineData.mimeType", said({ inlineData: { data: "AAAA" } })],
    ["invalid_field contents.0.parts.0.inlineData.data", said({ inlineData: { mimeType: "image/png" } })],
    ["invalid_field contents.0.parts.0.fileData.fileUri", said({ fileData: {} })],
    ["invalid_field contents.0.parts.0.functionCall.name", said({ functionCall: {} })],
    ["invalid_field contents.0.parts.0.functionCall.args", said({ functionCall: { name: "f", args: "{}" } })],
    ["invalid_field contents.0.parts.0.functionResponse.name", said({ functionResponse: {} })],
    [
      "invalid_field contents.0.parts.0.functionResponse.response",
      said({ functionResponse: { name: "f", response: [] } }),
    ],
    [
      "invalid_field contents.0.parts.0.functionResponse.parts.0.inlineData",
      said({ functionResponse: { name: "f", parts: [{ text: "a" }] } }),
    ],
    ["invalid_field systemInstruction", { ...hello, systemInstruction: 1 }],
    ["invalid_field systemInstruction.parts.0.text", { ...hello, systemInstruction: { parts: [{ inlineData: {} }] } }],
    ["invalid_field tools.0", { ...hello, tools: ["search"] }],
    ["invalid_field tools.0.functionDeclarations.0.name", { ...hello, tools: [{ functionDeclarations: [{}] }] }],
    [
      "invalid_field tools.0.functionDeclarations.0.parameters",
      { ...hello, tools: [{ functionDeclarations: [{ name: "f", parameters: "x" }] }] },
    ],
    ["invalid_field toolConfig", { ...hello, toolConfig: [] }],
    [
      "invalid_field toolConfig.functionCallingConfig.mode",
      { ...hello, toolConfig: { functionCallingConfig: { mode: "SOME" } } },
    ],
    [
      "invalid_field toolConfig.functionCallingConfig.allowedFunctionNames.0",
      { ...hello, toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: [1] } } },
    ],
    ["invalid_field generationConfig", { ...hello, generationConfig: "hot" }],
    ["invalid_field generationConfig.temperature", { ...hello, generationConfig: { temperature: "hot" } }],
    ["invalid_field generationConfig.stopSequences", { ...hello, generationConfig: { stopSequences: "x" } }],
    ["invalid_field generationConfig.stopSequences.0", { ...hello, generationConfig: { stopSequences: [1] } }],
    ["invalid_field generationConfig.responseJsonSchema", { ...hello, generationConfig: { responseJsonSchema: true } }],
    [
      "invalid_field generationConfig.thinkingConfig.thinkingLevel",
      { ...hello, generationConfig: { thinkingConfig: { thinkingLevel: "deep" } } },
    ],
    [
      "invalid_field generationConfig.thinkingConfig.thinkingBudget",
      { ...hello, generationConfig: { thinkingConfig: { thinkingBudget: "1" } } },
    ],
    ["invalid_field serviceTier", { ...hello, serviceTier: 1 }],
  ])("%s", (expected, body) => {
    expect(refusal(body)).toBe(expected);
  });

  test("tens of thousands of parts, calls and results are read in a moment", () => {
    const many = 30_000;
    const calls = Array.from({ length: many }, () => ({ functionCall: { name: "f" } }));
    const results = Array.from({ length: many }, () => ({ parts: [{ functionResponse: { name: "f" } }] }));
    const { messages } = decodeRequest({ contents: [{ role: "model", parts: calls }, ...results] });
    expect(messages[1]?.parts.at(-1)).toMatchObject({ callId: `call_${many - 1}` });
  });
});
