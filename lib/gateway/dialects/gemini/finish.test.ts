import { describe, expect, test } from "vitest";
import type { Finish } from "#lib/gateway/reply";
import { choiceOf, written } from "./fixtures/answer.ts";

describe("why it finished", () => {
  const raw = (value: string) => ({ dialect: "gemini", value }) as const;

  test.each<readonly [string, Finish]>([
    ["STOP", { kind: "stop" }],
    ["MAX_TOKENS", { kind: "length" }],
    ["SAFETY", { kind: "content-filter" }],
    ["RECITATION", { kind: "content-filter", raw: raw("RECITATION") }],
    ["BLOCKLIST", { kind: "content-filter", raw: raw("BLOCKLIST") }],
    ["PROHIBITED_CONTENT", { kind: "content-filter", raw: raw("PROHIBITED_CONTENT") }],
    ["SPII", { kind: "content-filter", raw: raw("SPII") }],
    ["IMAGE_SAFETY", { kind: "content-filter", raw: raw("IMAGE_SAFETY") }],
    ["MALFORMED_FUNCTION_CALL", { kind: "error", raw: raw("MALFORMED_FUNCTION_CALL") }],
    ["UNEXPECTED_TOOL_CALL", { kind: "error", raw: raw("UNEXPECTED_TOOL_CALL") }],
    ["OTHER", { kind: "other", raw: raw("OTHER") }],
    ["LANGUAGE", { kind: "other", raw: raw("LANGUAGE") }],
    ["constructor", { kind: "other", raw: raw("constructor") }],
  ])("%s is %j, and is written as the same word", (word, finish) => {
    expect(choiceOf({ finishReason: word })?.finish).toStrictEqual(finish);
    expect(written({ finish }).body).toMatchObject({ candidates: [{ finishReason: word }] });
  });

  test("STOP after function calls means that tools are to be called", () => {
    const candidate = { content: { parts: [{ functionCall: { name: "f" } }] } };
    expect(choiceOf(candidate)?.finish).toStrictEqual({ kind: "tool-calls" });
    expect(choiceOf({ ...candidate, finishReason: "MAX_TOKENS" })?.finish).toStrictEqual({ kind: "length" });
  });

  test.each<readonly [Finish, string]>([
    [{ kind: "tool-calls" }, "STOP"],
    [{ kind: "stop-sequence", stopSequence: "x" }, "STOP"],
    [{ kind: "pause" }, "STOP"],
    [{ kind: "refusal" }, "SAFETY"],
    [{ kind: "error" }, "OTHER"],
    [{ kind: "other" }, "STOP"],
    [{ kind: "other", raw: { dialect: "openai-chat", value: "odd" } }, "STOP"],
  ])("%j is written as %s", (finish, word) => {
    expect(written({ finish }).body).toMatchObject({ candidates: [{ finishReason: word }] });
  });

  test("a candidate that does not say why is other", () => {
    expect(choiceOf({ finishReason: undefined })?.finish).toStrictEqual({ kind: "other" });
  });
});
