import { describe, expect, test } from "vitest";
import type { Message, Part } from "#lib/gateway/conversation";
import { encode, encodeParts, harmless, MODEL, meaning, text, USER } from "./fixtures/conversation.ts";

describe("system prompts and turns", () => {
  const system = (value: string, role: "system" | "developer" = "system"): Message => ({ role, parts: [text(value)] });

  test("one plain prompt is a string; several, or one with a hint, are blocks", () => {
    expect(encode({ messages: [system("a"), USER] }).body.system).toBe("a");
    expect(encode({ messages: [system("a"), system("b", "developer"), USER] }).body.system).toEqual([
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ]);
    const hinted: Message = { role: "system", parts: [{ kind: "text", text: "a", cacheHint: {} }] };
    expect(encode({ messages: [hinted, USER] }).body.system).toEqual([
      { type: "text", text: "a", cache_control: { type: "ephemeral" } },
    ]);
  });

  test("instructions given on the way move to the beginning, which is reported", () => {
    const messages = [system("a"), USER, system("b", "developer"), USER];
    const { body, losses } = encode({ messages });
    expect(losses).toEqual(harmless("messages.2"));
    expect(body.system).toEqual([
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ]);
    expect(body.messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "Hi" },
          { type: "text", text: "Hi" },
        ],
      },
    ]);
  });

  test("thousands of neighbours of one role are one turn, in their order", () => {
    const messages = Array.from({ length: 5_000 }, (_, at): Message => ({ role: "user", parts: [text(String(at))] }));
    const turns = encode({ messages }).body.messages as readonly { readonly content: readonly { text: string }[] }[];
    expect(turns).toHaveLength(1);
    expect(turns[0]?.content.map((block) => block.text)).toEqual(messages.map((_, at) => String(at)));
  });

  test("an image in a system prompt cannot be said", () => {
    const message: Message = { role: "system", parts: [{ kind: "image", media: { kind: "url", url: "u" } }] };
    expect(encode({ messages: [message, USER] }).losses).toEqual(meaning("messages.0.parts.0"));
  });

  test("a system prompt alone is asked as the user's", () => {
    expect(encode({ messages: [system("a")] })).toEqual({
      body: { model: MODEL, max_tokens: 4_096, messages: [{ role: "user", content: [{ type: "text", text: "a" }] }] },
      losses: harmless("messages.0.role"),
    });
  });

  test("results and what the user says join in one turn, results first", () => {
    const call: Part = { kind: "tool-call", id: "t1", name: "f", input: "{}" };
    const result: Part = { kind: "tool-result", callId: "t1", content: [] };
    const messages: readonly Message[] = [
      USER,
      { role: "assistant", parts: [call] },
      USER,
      { role: "tool", parts: [result] },
      { role: "assistant", parts: [text("ok")] },
      { role: "assistant", parts: [text("then")] },
    ];
    expect(encode({ messages }).body.messages).toMatchObject([
      { role: "user" },
      { role: "assistant", content: [{ type: "tool_use" }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t1" }, { type: "text" }] },
      { role: "assistant", content: [{ text: "ok" }, { text: "then" }] },
    ]);
  });

  test("a participant's name is lost, harmlessly", () => {
    expect(encode({ messages: [{ ...USER, name: "Ann" }] }).losses).toEqual(harmless("messages.0.name"));
  });

  test("text that cannot be seen is left out, and a turn of nothing else with it", () => {
    const messages: readonly Message[] = [
      USER,
      { role: "assistant", parts: [text("")] },
      { role: "user", parts: [text(" ")] },
    ];
    expect(encode({ messages })).toEqual({ body: encode({}).body, losses: harmless("messages.2.parts.0") });
  });

  test("a turn of the model at the end passes, for it to go on", () => {
    const { body, losses } = encodeParts("assistant", text("The answer is"));
    expect(losses).toEqual([]);
    expect(body.messages).toMatchObject([{ role: "user" }, { role: "assistant" }]);
  });
});
