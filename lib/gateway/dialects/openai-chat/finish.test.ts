import { describe, expect, test } from "vitest";
import type { Finish } from "#lib/gateway/reply";
import { readFinish, writeFinish } from "./finish.ts";

const raw = (value: string) => ({ dialect: "openai-chat", value }) as const;
const PLAIN = { hasTools: false, isLegacy: false };

describe("a finish", () => {
  test.each<[string | undefined, boolean, Finish]>([
    ["stop", false, { kind: "stop" }],
    ["length", false, { kind: "length" }],
    ["tool_calls", true, { kind: "tool-calls" }],
    ["function_call", true, { kind: "tool-calls" }],
    ["content_filter", false, { kind: "content-filter" }],
    ["stop", true, { kind: "tool-calls" }],
    ["length", true, { kind: "length" }],
    ["model_length", false, { kind: "length", raw: raw("model_length") }],
    ["error", false, { kind: "error", raw: raw("error") }],
    ["insufficient_system_resource", false, { kind: "other", raw: raw("insufficient_system_resource") }],
    ["constructor", false, { kind: "other", raw: raw("constructor") }],
    [undefined, false, { kind: "other" }],
    [undefined, true, { kind: "tool-calls" }],
  ])("the word %s with tools %s is read", (word, hasTools, finish) => {
    expect(readFinish(word, hasTools)).toEqual(finish);
  });

  test.each<[Finish, string]>([
    [{ kind: "stop" }, "stop"],
    [{ kind: "stop-sequence", stopSequence: "END" }, "stop"],
    [{ kind: "length" }, "length"],
    [{ kind: "tool-calls" }, "tool_calls"],
    [{ kind: "content-filter" }, "content_filter"],
    [{ kind: "refusal" }, "content_filter"],
    [{ kind: "pause" }, "stop"],
    [{ kind: "error" }, "stop"],
    [{ kind: "other" }, "stop"],
    [{ kind: "other", raw: { dialect: "gemini", value: "LANGUAGE" } }, "stop"],
    [{ kind: "other", raw: raw("insufficient_system_resource") }, "insufficient_system_resource"],
    [{ kind: "length", raw: raw("model_length") }, "model_length"],
  ])("%j is written %s", (finish, word) => {
    expect(writeFinish(finish, PLAIN)).toBe(word);
  });

  test("tools called are `tool_calls`, whatever plain end the source gave; `function_call` to a legacy caller", () => {
    expect(writeFinish({ kind: "stop" }, { hasTools: true, isLegacy: false })).toBe("tool_calls");
    expect(writeFinish({ kind: "length" }, { hasTools: true, isLegacy: false })).toBe("length");
    expect(writeFinish({ kind: "tool-calls" }, { hasTools: true, isLegacy: true })).toBe("function_call");
  });
});
