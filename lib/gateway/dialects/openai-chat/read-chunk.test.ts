import { describe, expect, it } from "vitest";
import { readChunk } from "./read-chunk.ts";

const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
const choice = (delta: unknown, more: object = {}) => ({ index: 0, delta, finish_reason: null, ...more });

describe("a chunk", () => {
  it.each([
    ["at the top", { choices: [], usage }],
    ["in the last choice (Moonshot)", { choices: [choice({}, { usage })] }],
    ["in a member of its own (Groq)", { choices: [choice({})], x_groq: { usage } }],
  ])("may carry its usage %s", (_where, chunk) => {
    expect(readChunk(chunk).usage).toMatchObject({ inputTokens: 5, outputTokens: 3 });
  });

  it("is only usage when it has no choice and the usage is at the top", () => {
    expect(readChunk({ choices: [], usage }).isUsageOnly).toBe(true);
    expect(readChunk({ choices: [choice({}, { usage })] }).isUsageOnly).toBe(false);
    expect(readChunk({ choices: [], prompt_filter_results: [] }).isUsageOnly).toBe(false);
  });

  it.each([
    [{ content: "abc" }, 3],
    [{ content: "é" }, 2],
    [{ content: null, reasoning_content: "abcd" }, 4],
    [{ content: "", reasoning: "abcd" }, 4],
    [
      {
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "abc" }] },
          { type: "text", text: "de" },
        ],
      },
      5,
    ],
    [{ tool_calls: [{ function: { name: "f", arguments: "{}" } }, { function: { arguments: "1" } }] }, 4],
    [{ refusal: "no" }, 2],
    [{ role: "assistant" }, 0],
  ])("counts the bytes of %j as %i", (delta, bytes) => {
    expect(readChunk({ choices: [choice(delta)] })).toMatchObject({ outputBytes: bytes, hasContent: bytes > 0 });
  });

  it.each([
    [{ error: { message: "m" } }, { message: "m" }],
    [{ error: "m" }, "m"],
    [
      { object: "error", message: "m", type: "t" },
      { object: "error", message: "m", type: "t" },
    ],
    [
      { code: "DataInspectionFailed", message: "m" },
      { code: "DataInspectionFailed", message: "m" },
    ],
    [{ detail: "Unauthorized" }, { detail: "Unauthorized" }],
  ])("%j is an error", (chunk, error) => {
    expect(readChunk(chunk).error).toEqual(error);
  });

  it.each([
    { choices: [], error: null },
    { choices: [choice({ content: "code" })], message: "m", code: 1 },
    {},
    [],
    1,
    null,
  ])("%j is none", (chunk) => {
    expect(readChunk(chunk).error).toBeUndefined();
  });
});
