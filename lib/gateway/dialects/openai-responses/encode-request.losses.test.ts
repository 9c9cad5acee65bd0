import { describe, expect, it } from "vitest";
import type { Conversation, Message, Part } from "#lib/gateway/conversation";
import { ask, hello } from "./fixtures/conversation.ts";

describe("losses", () => {
  const elsewhere = { kind: "stored", id: "f", origin: "gemini" } as const;
  const signature = { origin: "gemini", value: "G==" } as const;

  it.each(["topK", "seed", "presencePenalty", "frequencyPenalty"])("%s is left out harmlessly", (field) => {
    expect(ask({ [field]: 1 }).losses).toEqual([{ field, weight: "harmless" }]);
  });

  it.each([
    ["choices", { choices: 2 }, "meaning"],
    ["serviceTier", { serviceTier: "standard_only" }, "harmless"],
    ["userId", { userId: "u".repeat(129) }, "harmless"],
    ["tools.0.cacheHint", { tools: [{ kind: "function", name: "a", cacheHint: {} }] }, "harmless"],
    ["messages.0.name", { messages: [{ ...hello, name: "ann" }] }, "harmless"],
  ] satisfies [string, Partial<Conversation>, string][])("%s is reported", (field, given, weight) => {
    expect(ask(given).losses).toEqual([{ field, weight }]);
  });

  it("one choice is what there is", () => {
    expect(ask({ choices: 1 }).losses).toEqual([]);
  });

  it.each([
    ["user", { kind: "audio", base64: "", format: "wav" }, { weight: "meaning", at: "" }],
    ["user", { kind: "image", media: elsewhere }, { weight: "meaning", at: "" }],
    ["user", { kind: "file", media: elsewhere }, { weight: "meaning", at: "" }],
    ["user", { kind: "foreign", dialect: "gemini", value: {} }, { weight: "meaning", at: "" }],
    ["assistant", { kind: "image", media: { kind: "url", url: "u" } }, { weight: "meaning", at: "" }],
    ["assistant", { kind: "file", media: { kind: "url", url: "u" } }, { weight: "meaning", at: "" }],
    ["assistant", { kind: "reasoning", form: "full", text: "a", signature }, { weight: "harmless", at: "" }],
    ["assistant", { kind: "reasoning", form: "full", text: "a" }, { weight: "harmless", at: "" }],
    ["assistant", { kind: "text", text: "a", signature }, { weight: "harmless", at: ".signature" }],
    [
      "assistant",
      { kind: "tool-call", id: "1", name: "n", input: "", signature },
      { weight: "harmless", at: ".signature" },
    ],
    ["assistant", { kind: "text", text: "a", cacheHint: {} }, { weight: "harmless", at: ".cacheHint" }],
    ["tool", { kind: "tool-result", callId: "1", content: [], isError: true }, { weight: "harmless", at: ".isError" }],
    [
      "tool",
      { kind: "tool-result", callId: "1", content: [{ kind: "image", media: elsewhere }] },
      { weight: "meaning", at: ".content.0" },
    ],
  ] satisfies [Message["role"], Part, { weight: string; at: string }][])(
    "of %s: %j is a loss: %j",
    (role, part, { weight, at }) => {
      const { losses, body } = ask({ messages: [hello, { role, parts: [part] }] });
      expect(losses).toEqual([{ field: `messages.1.parts.0${at}`, weight }]);
      expect(JSON.stringify(body)).not.toContain("gemini");
    },
  );
});
