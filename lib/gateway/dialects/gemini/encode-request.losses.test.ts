import { describe, expect, test } from "vitest";
import type { Conversation, Tool } from "#lib/gateway/conversation";
import { GEMINI_3, hello, lossesOf, turn } from "./fixtures/conversation.ts";

describe("what cannot be said is reported", () => {
  const server: Tool = { kind: "server", dialect: "openai-responses", name: "web_search", value: {} };
  const named: Tool = { kind: "function", name: "f", isStrict: true, cacheHint: {} };

  test.each<readonly [readonly string[], Partial<Conversation>]>([
    [["harmless verbosity"], { verbosity: "low" }],
    [["harmless metadata"], { metadata: { a: "b" } }],
    [["harmless userId"], { userId: "u" }],
    [["harmless cacheKey"], { cacheKey: "k" }],
    [["harmless serviceTier"], { serviceTier: "auto" }],
    [["harmless output.description"], { output: { kind: "json-schema", name: "n", description: "d", schema: {} } }],
    [["harmless tools.0.isStrict", "harmless tools.0.cacheHint"], { allowsParallelTools: false, tools: [named] }],
    [[], { allowsParallelTools: true, tools: [{ kind: "function", name: "f" }] }],
    [[], { allowsParallelTools: false }],
    [["meaning tools.0", "meaning tools.1"], { tools: [{ kind: "custom", name: "c" }, server] }],
    [["harmless messages.0.name"], { messages: [{ ...hello, name: "ann" }] }],
    [
      [
        "harmless messages.0.parts.0.cacheHint",
        "harmless messages.0.parts.1.detail",
        "harmless messages.0.parts.3.filename",
        "harmless messages.0.parts.4.transcript",
      ],
      {
        messages: [
          turn(
            "user",
            { kind: "text", text: "a", cacheHint: {} },
            { kind: "image", media: { kind: "url", url: "https://x.test/a" }, detail: "low" },
            { kind: "image", media: { kind: "url", url: "https://x.test/a" } },
            { kind: "file", media: { kind: "url", url: "https://x.test/a" }, filename: "a" },
            { kind: "audio", format: "wav", base64: "AAAA", transcript: "a" },
          ),
        ],
      },
    ],
    [
      [
        "meaning messages.0.parts.0",
        "meaning messages.0.parts.1",
        "meaning messages.0.parts.2",
        "meaning messages.0.parts.3.content.1",
        "harmless messages.0.parts.4.citations",
      ],
      {
        messages: [
          turn(
            "user",
            { kind: "file", media: { kind: "stored", id: "file-1", origin: "openai-chat" } },
            { kind: "audio", format: "wav", base64: "", id: "audio_1" },
            { kind: "foreign", dialect: "openai-responses", value: { type: "item_reference" } },
            {
              kind: "tool-result",
              callId: "a",
              content: [
                { kind: "text", text: "a" },
                { kind: "image", media: { kind: "stored", id: "file-1", origin: "openai-chat" } },
              ],
            },
            {
              kind: "text",
              text: "a",
              citations: [{ url: "https://x.test", original: { dialect: "openai-chat", value: {} } }],
            },
          ),
        ],
      },
    ],
  ])("%j", (expected, fields) => {
    expect(lossesOf(fields)).toStrictEqual(expected);
  });

  test.each<readonly [readonly string[], "none" | "max" | "high"]>([
    [["harmless reasoning.effort"], "none"],
    [["harmless reasoning.effort"], "max"],
    [[], "high"],
  ])("Gemini 3 has four levels: %j for %s", (expected, effort) => {
    expect(lossesOf({ reasoning: { effort } }, GEMINI_3)).toStrictEqual(expected);
  });
});
