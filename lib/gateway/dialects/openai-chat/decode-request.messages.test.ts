import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "#lib/gateway/conversation";
import { text } from "./fixtures/conversation.ts";
import { extras, told } from "./fixtures/request.ts";

const userParts = (...content: readonly Json[]) => told({ role: "user", content })[0]?.parts;
const assistantParts = (message: JsonObject) => told({ role: "assistant", ...message })[0]?.parts;

describe("messages", () => {
  test("system and developer messages stay what and where they are", () => {
    const messages = told(
      { role: "developer", content: "a" },
      { role: "user", content: "b", name: "ann" },
      { role: "system", content: [{ type: "text", text: "c" }] },
    );
    expect(messages).toEqual([
      { role: "developer", parts: [text("a")] },
      { role: "user", parts: [text("b")], name: "ann" },
      { role: "system", parts: [text("c")] },
    ]);
  });

  test("images are read from data and from an address, with their detail", () => {
    const parts = userParts(
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA", detail: "low" } },
      { type: "image_url", image_url: { url: "https://a.example/b.png" } },
      { type: "image_url", image_url: "https://a.example/c.png" },
    );
    expect(parts).toEqual([
      { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" }, detail: "low" },
      { kind: "image", media: { kind: "url", url: "https://a.example/b.png" } },
      { kind: "image", media: { kind: "url", url: "https://a.example/c.png" } },
    ]);
  });

  test("audio and files are read", () => {
    const parts = userParts(
      { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
      { type: "file", file: { file_data: "data:application/pdf;base64,AAAA", filename: "a.pdf" } },
      { type: "file", file: { file_id: "file-1" } },
      { type: "file", file: { file_data: "https://a.example/b.pdf" } },
    );
    expect(parts).toEqual([
      { kind: "audio", format: "wav", base64: "AAAA" },
      { kind: "file", media: { kind: "data", mediaType: "application/pdf", base64: "AAAA" }, filename: "a.pdf" },
      { kind: "file", media: { kind: "stored", id: "file-1", origin: "openai-chat" } },
      { kind: "file", media: { kind: "url", url: "https://a.example/b.pdf" } },
    ]);
  });

  test("a part of another type is kept as it came", () => {
    const video = { type: "video_url", video_url: { url: "https://a.example/b.mp4" } };
    expect(userParts(video)).toEqual([{ kind: "foreign", dialect: "openai-chat", value: video }]);
  });

  test("cache hints are read from Anthropic's field and from OpenAI's breakpoint, which is kept besides", () => {
    const breakpoint = { mode: "explicit", ttl: "12h" };
    const parts = userParts(
      { type: "text", text: "a", cache_control: { type: "ephemeral" } },
      { type: "text", text: "b", cache_control: { type: "ephemeral", ttl: "5m" } },
      { type: "text", text: "c", prompt_cache_breakpoint: breakpoint },
    );
    expect(parts).toEqual([
      { kind: "text", text: "a", cacheHint: {} },
      { kind: "text", text: "b", cacheHint: { ttl: "5m" } },
      { kind: "text", text: "c", cacheHint: {}, extras: extras({ prompt_cache_breakpoint: breakpoint }) },
    ]);
  });

  test("unknown fields of messages, parts and calls are kept where they stood", () => {
    const call = { id: "c", type: "function", function: { name: "f", arguments: "{}", parsed_arguments: {} }, z: 3 };
    const [user, assistant] = told(
      { role: "user", content: [{ type: "image_url", image_url: { url: "https://a.example", x: 1 }, y: 2 }] },
      { role: "assistant", content: "a", tool_calls: [call], prefix: true },
    );
    expect(user?.parts[0]).toMatchObject({ extras: extras({ y: 2, "image_url.x": 1 }) });
    expect(assistant).toMatchObject({ extras: extras({ prefix: true }) });
    expect(assistant?.parts[1]).toMatchObject({ extras: extras({ z: 3, "function.parsed_arguments": {} }) });
  });
});

describe("an assistant's message", () => {
  test("content, refusal, audio and calls become parts in this order", () => {
    const parts = assistantParts({
      content: "a",
      refusal: "no",
      audio: { id: "audio_1" },
      tool_calls: [
        { id: "c1", type: "function", function: { name: "f", arguments: '{"big":12345678901234567890}' } },
        { id: "c2", type: "custom", custom: { name: "g", input: "free text" } },
      ],
    });
    expect(parts).toEqual([
      text("a"),
      { kind: "refusal", text: "no" },
      { kind: "audio", format: "", base64: "", id: "audio_1" },
      { kind: "tool-call", id: "c1", name: "f", input: '{"big":12345678901234567890}' },
      { kind: "tool-call", id: "c2", name: "g", input: "free text", isCustom: true },
    ]);
  });

  test("an answer may be given back as it came: nulls and empty text say nothing", () => {
    const calls = [{ id: "c", type: "function", function: { name: "f", arguments: "" } }];
    const message = { content: "", refusal: null, annotations: [], audio: null, function_call: null, parsed: null };
    expect(told({ role: "assistant", ...message, tool_calls: calls })).toEqual([
      { role: "assistant", parts: [{ kind: "tool-call", id: "c", name: "f", input: "" }] },
    ]);
  });

  test("refusal and thinking parts of a list are read", () => {
    const content = [
      { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
      { type: "text", text: "a" },
      { type: "refusal", refusal: "no" },
    ];
    expect(assistantParts({ content })).toEqual([
      { kind: "reasoning", form: "full", text: "hm" },
      text("a"),
      { kind: "refusal", text: "no" },
    ]);
  });

  test("citations are read onto the text", () => {
    const citation = {
      type: "url_citation",
      url_citation: { url: "https://a", title: "A", start_index: 0, end_index: 1 },
    };
    expect(assistantParts({ content: "a", annotations: [citation] })).toEqual([
      {
        kind: "text",
        text: "a",
        citations: [
          { url: "https://a", title: "A", start: 0, end: 1, original: { dialect: "openai-chat", value: citation } },
        ],
      },
    ]);
  });

  test("Gemini's proof of a call is read raw, another's from its mark", () => {
    const proven = (proof: string) => ({
      id: "c",
      type: "function",
      function: { name: "f", arguments: "{}" },
      extra_content: { google: { thought_signature: proof } },
    });
    expect(assistantParts({ tool_calls: [proven("AAA="), proven("sy1.anthropic-messages..BBB=")] })).toMatchObject([
      { signature: { origin: "gemini", value: "AAA=" } },
      { signature: { origin: "anthropic-messages", value: "BBB=" } },
    ]);
  });

  test("plain thoughts are read under either name", () => {
    const thought = { kind: "reasoning", form: "full", text: "hm" };
    expect(assistantParts({ content: "a", reasoning_content: "hm" })).toEqual([thought, text("a")]);
    expect(assistantParts({ content: "a", reasoning: "hm" })).toEqual([thought, text("a")]);
  });

  test("detailed thoughts count for more than plain ones, which say the same again", () => {
    const details = [
      { type: "reasoning.summary", summary: "short", index: 0 },
      { type: "reasoning.text", text: "long", signature: "S=", id: "rs_1", index: 1 },
      { type: "reasoning.encrypted", data: "sy1.openai-responses.cnNfMg.E=", index: 2 },
    ];
    expect(assistantParts({ content: "a", reasoning_content: "shortlong", reasoning_details: details })).toEqual([
      { kind: "reasoning", form: "summary", text: "short" },
      {
        kind: "reasoning",
        form: "full",
        text: "long",
        signature: { origin: "openai-chat", value: "S=", itemId: "rs_1" },
      },
      {
        kind: "reasoning",
        form: "full",
        text: "",
        isRedacted: true,
        signature: { origin: "openai-responses", value: "E=", itemId: "rs_2" },
      },
      text("a"),
    ]);
  });

  test("a proof kept without its text finds it in the plain thoughts", () => {
    const details = [{ type: "reasoning.text", signature: "S=", index: 0 }];
    expect(assistantParts({ content: "a", reasoning_content: "hm", reasoning_details: details })).toEqual([
      { kind: "reasoning", form: "full", text: "hm", signature: { origin: "openai-chat", value: "S=" } },
      text("a"),
    ]);
  });
});
