import { describe, expect, test } from "vitest";
import type { Message, Part } from "#lib/gateway/conversation";
import { encode, encodeParts, harmless, meaning, OWN, text, USER } from "./fixtures/conversation.ts";

const contentOf = (role: Message["role"], ...parts: readonly Part[]) => {
  const { body, losses } = encode({ messages: [{ role, parts }] });
  return { messages: body.messages, losses };
};

describe("parts", () => {
  test.each<[Part, object]>([
    [
      { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AA==" } },
      { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } },
    ],
    [
      { kind: "image", media: { kind: "data", mediaType: "image/jpg", base64: "AA==" } },
      { type: "image", source: { type: "base64", media_type: "image/jpeg", data: "AA==" } },
    ],
    [
      { kind: "image", media: { kind: "url", url: "https://a.test/a.png" } },
      { type: "image", source: { type: "url", url: "https://a.test/a.png" } },
    ],
    [
      { kind: "file", media: { kind: "stored", id: "f1", origin: OWN } },
      { type: "document", source: { type: "file", file_id: "f1" } },
    ],
    [
      { kind: "file", filename: "a.pdf", media: { kind: "data", mediaType: "application/pdf", base64: "AA==" } },
      { type: "document", source: { type: "base64", media_type: "application/pdf", data: "AA==" }, title: "a.pdf" },
    ],
    [
      {
        kind: "file",
        media: { kind: "data", mediaType: "text/csv", base64: Buffer.from("\ufeffa;é").toString("base64") },
      },
      { type: "document", source: { type: "text", media_type: "text/plain", data: "\ufeffa;é" } },
    ],
    [
      {
        kind: "file",
        media: { kind: "data", mediaType: "application/json", base64: Buffer.from("{}").toString("base64") },
      },
      { type: "document", source: { type: "text", media_type: "text/plain", data: "{}" } },
    ],
  ])("%o is said as it is", (part, block) => {
    expect(contentOf("user", part)).toEqual({ messages: [{ role: "user", content: [block] }], losses: [] });
  });

  test.each<[string, Part]>([
    ["an image stored elsewhere", { kind: "image", media: { kind: "stored", id: "f", origin: "gemini" } }],
    ["a file stored elsewhere", { kind: "file", media: { kind: "stored", id: "f", origin: "openai-chat" } }],
    [
      "a file of a format it does not take",
      { kind: "file", media: { kind: "data", mediaType: "application/zip", base64: "AA==" } },
    ],
    ["text that is not UTF-8", { kind: "file", media: { kind: "data", mediaType: "text/plain", base64: "/w==" } }],
    ["sound", { kind: "audio", format: "mp3", base64: "AA==" }],
    ["an item of another dialect", { kind: "foreign", dialect: "gemini", value: {} }],
  ])("%s changes the meaning", (_what, part) => {
    const { body, losses } = encodeParts("user", text("a"), part);
    expect(losses).toEqual(meaning("messages.1.parts.1"));
    expect(JSON.stringify(body)).not.toContain("AA==");
  });

  test("media in the model's own turns change the meaning", () => {
    const image: Part = { kind: "image", media: { kind: "url", url: "u" } };
    expect(encodeParts("assistant", image).losses).toEqual(meaning("messages.1.parts.0"));
  });

  test("how closely to look at an image is lost, harmlessly", () => {
    const media = { kind: "url", url: "u" } as const;
    expect(contentOf("user", { kind: "image", media, detail: "high" }).losses).toEqual(
      harmless("messages.0.parts.0.detail"),
    );
    expect(contentOf("user", { kind: "image", media }).losses).toEqual([]);
  });

  test("a refusal is said as text", () => {
    expect(encodeParts("assistant", { kind: "refusal", text: "No." }).body.messages).toMatchObject([
      {},
      { content: [{ type: "text", text: "No." }] },
    ]);
  });

  test("our own citations go back, others are lost harmlessly", () => {
    const own = { type: "char_location", cited_text: "x" };
    const value = { type: "web_search_result_location", url: "https://a.test", encrypted_index: "" };
    const part: Part = {
      kind: "text",
      text: "t",
      citations: [
        { original: { dialect: OWN, value: own } },
        { url: "https://a.test", original: { dialect: "gemini", value: {} } },
        { url: "https://a.test", original: { dialect: OWN, value } },
      ],
    };
    expect(encodeParts("assistant", part)).toMatchObject({
      body: { messages: [{}, { content: [{ type: "text", text: "t", citations: [own] }] }] },
      losses: harmless("messages.1.parts.0.citations"),
    });
  });

  test("an id the API would refuse is coded the same for call and result, and different ids stay different", () => {
    const ids = ["functions.f:0", "functions_f:0", "call_1"];
    const calls = ids.map((id): Part => ({ kind: "tool-call", id, name: "f", input: "" }));
    const results = ids.map((callId): Part => ({ kind: "tool-result", callId, content: [] }));
    const { body } = encode({
      messages: [USER, { role: "assistant", parts: calls }, { role: "tool", parts: results }],
    });
    const written = JSON.stringify(body.messages);
    const [called, answered] = ["id", "tool_use_id"].map((name) =>
      [...written.matchAll(new RegExp(`"${name}":"([^"]*)"`, "g"))].map((match) => match[1]),
    );
    expect(called).toEqual(answered);
    expect(new Set(called).size).toBe(3);
    expect(called?.every((id) => /^[a-zA-Z0-9_-]+$/.test(id ?? ""))).toBe(true);
    expect(called?.[2]).toBe("call_1");
  });

  test("a call's input keeps every digit, and no text is an empty object", () => {
    const calls: readonly Part[] = [
      { kind: "tool-call", id: "a", name: "f", input: '{"id":12345678901234567890,"x":1.5}' },
      { kind: "tool-call", id: "b", name: "f", input: "" },
    ];
    const written = JSON.stringify(encodeParts("assistant", ...calls).body);
    expect(written).toContain('"input":{"id":12345678901234567890,"x":1.5}');
    expect(written).toContain('"input":{}');
  });

  test.each(["{", "5", "[1]", '"a"'])("400: a call whose input is %s", (input) => {
    const call: Part = { kind: "tool-call", id: "a", name: "f", input };
    expect(() => encodeParts("assistant", call)).toThrow(
      expect.objectContaining({ code: "invalid_field", param: "messages.1.parts.0.input" }),
    );
  });

  test("a result tells its content, its failure and its hint; an object as its JSON text", () => {
    const part: Part = {
      kind: "tool-result",
      callId: "t",
      content: [
        { kind: "text", text: "a" },
        { kind: "image", media: { kind: "url", url: "u" } },
        { kind: "file", media: { kind: "stored", id: "f", origin: "gemini" } },
      ],
      isError: true,
      cacheHint: { ttl: "1h" },
    };
    expect(contentOf("tool", part)).toEqual({
      messages: [
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: "t",
              content: [
                { type: "text", text: "a" },
                { type: "image", source: { type: "url", url: "u" } },
              ],
              is_error: true,
              cache_control: { type: "ephemeral", ttl: "1h" },
            },
          ],
        },
      ],
      losses: meaning("messages.0.parts.0.content.2"),
    });
    const structured: Part = { kind: "tool-result", callId: "t", content: [], structured: { a: 1 } };
    expect(contentOf("tool", structured).messages).toMatchObject([{ content: [{ content: [{ text: '{"a":1}' }] }] }]);
  });

  test("thoughts go back only with the API's own proof", () => {
    const thought = { kind: "reasoning", form: "full", text: "hm" } as const;
    const own = { origin: OWN, value: "s" } as const;
    const parts: readonly Part[] = [
      { ...thought, signature: own },
      { ...thought, text: "", isRedacted: true, signature: own },
      { ...thought, text: "", signature: own },
      { ...thought, signature: { origin: "gemini", value: "g" } },
      thought,
    ];
    expect(encodeParts("assistant", ...parts)).toMatchObject({
      body: {
        messages: [
          {},
          {
            content: [
              { type: "thinking", thinking: "hm", signature: "s" },
              { type: "redacted_thinking", data: "s" },
              { type: "thinking", thinking: "", signature: "s" },
            ],
          },
        ],
      },
      losses: harmless("messages.1.parts.3", "messages.1.parts.4"),
    });
  });

  test("a proof on a text or a call is lost, harmlessly", () => {
    const signature = { origin: "gemini", value: "g" } as const;
    const parts: readonly Part[] = [
      { kind: "text", text: "a", signature },
      { kind: "tool-call", id: "t", name: "f", input: "{}", signature },
    ];
    expect(encodeParts("assistant", ...parts).losses).toEqual(
      harmless("messages.1.parts.0.signature", "messages.1.parts.1.signature"),
    );
  });
});
