import { describe, expect, test } from "vitest";
import type { Message, Part } from "#lib/gateway/conversation";
import { listIn, objectIn } from "../read.ts";
import { harmless, image, lossesOf, meaning, messagesOf, text, user } from "./fixtures/conversation.ts";

const contentOf = (...parts: readonly Part[]) => objectIn(listIn(messagesOf([user(...parts)]))[0])?.content;

describe("messages", () => {
  test("roles, names and places stay", () => {
    const messages = messagesOf([
      { role: "developer", parts: [text("a")] },
      { role: "user", parts: [text("b"), text("c")], name: "ann" },
      { role: "system", parts: [text("d")], extras: { dialect: "openai-chat", fields: { x: 1 } } },
    ]);
    expect(messages).toEqual([
      { role: "developer", content: "a" },
      {
        role: "user",
        content: [
          { type: "text", text: "b" },
          { type: "text", text: "c" },
        ],
        name: "ann",
      },
      { role: "system", content: "d", x: 1 },
    ]);
  });

  test("images, audio and files are sent", () => {
    expect(
      contentOf(
        { kind: "image", media: { kind: "url", url: "https://a" }, detail: "high" },
        image,
        { kind: "audio", format: "wav", base64: "AAAA" },
        { kind: "file", media: { kind: "data", mediaType: "application/pdf", base64: "AAAA" }, filename: "a.pdf" },
        { kind: "file", media: { kind: "stored", id: "file-1", origin: "openai-chat" } },
      ),
    ).toEqual([
      { type: "image_url", image_url: { url: "https://a", detail: "high" } },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
      { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AAAA" } },
      { type: "file", file: { file_id: "file-1" } },
    ]);
  });

  test("a file without a name is given one, since OpenAI refuses it without", () => {
    expect(contentOf({ kind: "file", media: { kind: "data", mediaType: "application/pdf", base64: "AAAA" } })).toEqual([
      { type: "file", file: { filename: "file.pdf", file_data: "data:application/pdf;base64,AAAA" } },
    ]);
  });

  test.each<[string, Part]>([
    ["a file at an address", { kind: "file", media: { kind: "url", url: "https://a/b.pdf" } }],
    ["a file stored elsewhere", { kind: "file", media: { kind: "stored", id: "f", origin: "anthropic-messages" } }],
    ["an image stored elsewhere", { kind: "image", media: { kind: "stored", id: "f", origin: "openai-responses" } }],
    ["a part of another dialect", { kind: "foreign", dialect: "gemini", value: {} }],
  ])("%s is a loss of meaning", (_name, part) => {
    expect(lossesOf({ messages: [user(text("a"), part)] })).toEqual([meaning("messages.0.parts.1")]);
  });

  test("a part of this dialect that nobody else knows is given back", () => {
    const value = { type: "video_url", video_url: { url: "https://a" } };
    expect(contentOf({ kind: "foreign", dialect: "openai-chat", value })).toEqual([value]);
  });

  test("a cache hint is harmless, and no loss where OpenAI's own breakpoint goes back", () => {
    const extras = { dialect: "openai-chat", fields: { prompt_cache_breakpoint: { mode: "explicit" } } } as const;
    const parts: readonly Part[] = [
      { ...text("a"), cacheHint: {} },
      { ...text("b"), cacheHint: {}, extras },
    ];
    expect(contentOf(...parts)).toEqual([
      { type: "text", text: "a" },
      { type: "text", text: "b", prompt_cache_breakpoint: { mode: "explicit" } },
    ]);
    expect(lossesOf({ messages: [user(...parts)] })).toEqual([harmless("messages.0.parts.0.cacheHint")]);
  });
});

describe("an assistant's message", () => {
  const assistant = (...parts: readonly Part[]): Message => ({ role: "assistant", parts });
  const call: Part = { kind: "tool-call", id: "c", name: "f", input: '{"a": 1.0}' };
  const called = { id: "c", type: "function", function: { name: "f", arguments: '{"a": 1.0}' } };

  test("calls are sent to the byte, beside text or with none", () => {
    expect(messagesOf([assistant(text("a"), call)])).toEqual([
      { role: "assistant", content: "a", tool_calls: [called] },
    ]);
    expect(messagesOf([assistant(call)])).toEqual([{ role: "assistant", content: null, tool_calls: [called] }]);
  });

  test("a custom call is sent as custom", () => {
    expect(messagesOf([assistant({ kind: "tool-call", id: "c", name: "g", input: "free", isCustom: true })])).toEqual([
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c", type: "custom", custom: { name: "g", input: "free" } }],
      },
    ]);
  });

  test("a refusal is a part of the content, and audio is named", () => {
    expect(messagesOf([assistant({ kind: "refusal", text: "no" })])).toEqual([
      { role: "assistant", content: [{ type: "refusal", refusal: "no" }] },
    ]);
    expect(messagesOf([assistant({ kind: "audio", format: "", base64: "", id: "audio_1" })])).toEqual([
      { role: "assistant", content: null, audio: { id: "audio_1" } },
    ]);
  });

  test("audio without an id, an image and a file are losses of meaning", () => {
    const audio: Part = { kind: "audio", format: "wav", base64: "AAAA" };
    const file: Part = { kind: "file", media: { kind: "data", mediaType: "a/b", base64: "AAAA" } };
    expect(lossesOf({ messages: [assistant(audio, image, file)] })).toEqual([
      meaning("messages.0.parts.0"),
      meaning("messages.0.parts.1"),
      meaning("messages.0.parts.2"),
    ]);
  });

  test("citations and proofs of text are harmless", () => {
    const citations = [{ url: "https://a", original: { dialect: "gemini", value: {} } }] as const;
    const signature = { origin: "gemini", value: "S" } as const;
    expect(lossesOf({ messages: [assistant({ ...text("a"), citations, signature })] })).toEqual([
      harmless("messages.0.parts.0.citations"),
      harmless("messages.0.parts.0.signature"),
    ]);
  });

  describe("thoughts", () => {
    const thought: Part = { kind: "reasoning", form: "full", text: "hm" };
    const foreign: Part = { ...thought, signature: { origin: "anthropic-messages", value: "S" } };
    const withheld: Part = { ...foreign, text: "", isRedacted: true };
    const own: Part = { ...thought, signature: { origin: "openai-chat", value: "S", itemId: "rs_1" } };
    const plain = { role: "assistant", content: "a" };

    test("OpenAI is sent none", () => {
      const messages = [assistant(thought, own, text("a"))];
      expect(messagesOf(messages)).toEqual([plain]);
      expect(lossesOf({ messages })).toEqual([harmless("messages.0.parts.0"), harmless("messages.0.parts.1")]);
    });

    test("who takes them is sent the text, also of another origin, without its proof", () => {
      const messages = [assistant(thought, foreign, withheld, text("a"))];
      expect(messagesOf(messages, { takesReasoning: true })).toEqual([{ ...plain, reasoning_content: "hmhm" }]);
      expect(lossesOf({ messages }, { takesReasoning: true })).toEqual([
        harmless("messages.0.parts.1.signature"),
        harmless("messages.0.parts.2"),
      ]);
    });

    test("proofs go back to where they came from, all thoughts beside them", () => {
      const messages = [assistant(thought, own, text("a"))];
      expect(messagesOf(messages, { takesReasoning: true })).toEqual([
        {
          ...plain,
          reasoning_content: "hmhm",
          reasoning_details: [
            { type: "reasoning.text", text: "hm", index: 0 },
            { type: "reasoning.text", text: "hm", signature: "S", id: "rs_1", index: 1 },
          ],
        },
      ]);
    });

    test("Gemini's proof of a call goes to who takes thoughts, in the field of its compatible service", () => {
      const proven: Part = {
        kind: "tool-call",
        id: "c",
        name: "f",
        input: "{}",
        signature: { origin: "gemini", value: "S" },
      };
      const [taken] = listIn(messagesOf([assistant(proven)], { takesReasoning: true }));
      expect(taken).toMatchObject({ tool_calls: [{ extra_content: { google: { thought_signature: "S" } } }] });
      expect(lossesOf({ messages: [assistant(proven)] })).toEqual([harmless("messages.0.parts.0.signature")]);
    });
  });
});
