import { describe, expect, it } from "vitest";
import type { Message, Part } from "#lib/gateway/conversation";
import { ask, bodyOf, dialect, hello, inputOf, ofAssistant, own } from "./fixtures/conversation.ts";

const ofUser = (...parts: readonly Part[]) => inputOf({ role: "user", parts });

describe("system prompts", () => {
  const system = (...texts: readonly string[]): Message => ({
    role: "system",
    parts: texts.map((text) => ({ kind: "text", text })),
  });

  it("the leading one is the instructions, the others stand in their place", () => {
    const developer: Message = { role: "developer", parts: [{ kind: "text", text: "c" }] };
    const { body, losses } = ask({ messages: [system("a", "b"), hello, developer, system("d")] });
    expect(body.instructions).toBe("a\n\nb");
    expect(body.input).toMatchObject([{ role: "user" }, { role: "developer" }, { role: "system" }]);
    expect(losses).toEqual([]);
  });

  it("one that holds more than text, or that is all there is, is an item", () => {
    const media = { kind: "url", url: "https://a.example/a.png" } as const;
    const pictured: Message = { role: "system", parts: [{ kind: "image", media }] };
    expect(bodyOf({ messages: [pictured, hello] })).toMatchObject({ input: [{ role: "system" }, { role: "user" }] });
    expect(bodyOf({ messages: [pictured, hello] })).not.toHaveProperty("instructions");
    expect(bodyOf({ messages: [system("a")] })).toMatchObject({ input: [{ role: "system" }] });
  });
});

describe("items", () => {
  it("an assistant's turn is its items in their order", () => {
    expect(
      ofAssistant(
        { kind: "text", text: "a" },
        { kind: "refusal", text: "b" },
        { kind: "tool-call", id: "call_1", name: "look", input: '{"n": 1}' },
        { kind: "tool-call", id: "call_2", name: "sql", input: "SELECT", isCustom: true },
        { kind: "tool-call", id: "call_3", name: "spawn", input: "{}", namespace: "agents" },
        { kind: "text", text: "c" },
      ),
    ).toEqual([
      {
        type: "message",
        role: "assistant",
        content: [
          { type: "output_text", text: "a" },
          { type: "refusal", refusal: "b" },
        ],
      },
      { type: "function_call", call_id: "call_1", name: "look", arguments: '{"n": 1}' },
      { type: "custom_tool_call", call_id: "call_2", name: "sql", input: "SELECT" },
      { type: "function_call", call_id: "call_3", name: "spawn", namespace: "agents", arguments: "{}" },
      { type: "message", role: "assistant", content: "c" },
    ]);
  });

  it("results hold texts, images, files, or an object as its text", () => {
    const media = { kind: "url", url: "https://a.example/a" } as const;
    const results: Message = {
      role: "tool",
      parts: [
        { kind: "tool-result", callId: "1", content: [{ kind: "text", text: "a" }] },
        { kind: "tool-result", callId: "2", content: [], isCustom: true },
        { kind: "tool-result", callId: "3", content: [], structured: { a: 1 } },
        {
          kind: "tool-result",
          callId: "4",
          content: [
            { kind: "text", text: "a" },
            { kind: "image", media },
            { kind: "file", media },
          ],
        },
      ],
    };
    expect(inputOf(results)).toEqual([
      { type: "function_call_output", call_id: "1", output: "a" },
      { type: "custom_tool_call_output", call_id: "2", output: "" },
      { type: "function_call_output", call_id: "3", output: '{"a":1}' },
      {
        type: "function_call_output",
        call_id: "4",
        output: [
          { type: "input_text", text: "a" },
          { type: "input_image", image_url: "https://a.example/a", detail: "auto" },
          { type: "input_file", file_url: "https://a.example/a" },
        ],
      },
    ]);
  });

  it("images and files are data, addresses or our own stored files; data has a name", () => {
    const content = (...parts: readonly Part[]) => ofUser(...parts);
    expect(
      content(
        { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" }, detail: "high" },
        { kind: "image", media: { kind: "stored", id: "file-1", origin: dialect } },
        { kind: "file", media: { kind: "data", mediaType: "application/pdf", base64: "AAAA" } },
        { kind: "file", media: { kind: "data", mediaType: "text/plain", base64: "AAAA" } },
        { kind: "file", media: { kind: "data", mediaType: "application/pdf", base64: "AAAA" }, filename: "a.pdf" },
        { kind: "file", media: { kind: "stored", id: "file-1", origin: dialect } },
      ),
    ).toMatchObject([
      {
        content: [
          { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "high" },
          { type: "input_image", file_id: "file-1", detail: "auto" },
          { type: "input_file", file_data: "data:application/pdf;base64,AAAA", filename: "file.pdf" },
          { type: "input_file", file_data: "data:text/plain;base64,AAAA", filename: "file.txt" },
          { type: "input_file", filename: "a.pdf" },
          { type: "input_file", file_id: "file-1" },
        ],
      },
    ]);
  });

  it("citations of our own and of pages go back, others are lost", () => {
    const value = { type: "file_citation", file_id: "file-1", filename: "a", index: 3 };
    const original = { dialect: "anthropic-messages", value: {} } as const;
    const messages: readonly Message[] = [
      {
        role: "assistant",
        parts: [
          {
            kind: "text",
            text: "a",
            citations: [
              { original: { dialect, value } },
              { url: "https://a.example", title: "A", original },
              { citedText: "c", original },
            ],
          },
        ],
      },
    ];
    const { body, losses } = ask({ messages });
    const page = { type: "url_citation", url: "https://a.example", title: "A", start_index: 0, end_index: 0 };
    expect(body.input).toMatchObject([{ content: [{ annotations: [value, page] }] }]);
    expect(losses).toEqual([{ field: "messages.0.parts.0.citations", weight: "harmless" }]);
  });

  it("what came in our own dialect goes back with all it bore", () => {
    const drawn: Part = {
      kind: "image",
      media: { kind: "data", mediaType: "image/png", base64: "AAAA" },
      extras: own({ id: "ig_1", status: "completed" }),
    };
    const value = { type: "web_search_call", id: "ws_1" };
    expect(ofAssistant(drawn, { kind: "foreign", dialect, value })).toMatchObject([
      { type: "image_generation_call", id: "ig_1", status: "completed", result: "AAAA" },
      value,
    ]);
    const said: Message = {
      role: "assistant",
      parts: [{ kind: "text", text: "a" }],
      extras: own({ phase: "commentary" }),
    };
    expect(inputOf(said)).toMatchObject([{ type: "message", phase: "commentary" }]);
    const unknown = { type: "input_hologram" };
    expect(ofUser({ kind: "foreign", dialect, value: unknown })).toMatchObject([{ content: [unknown] }]);
  });
});

describe("cache hints", () => {
  const hinted: Message = { role: "user", parts: [{ kind: "text", text: "a", cacheHint: { ttl: "1h" } }] };

  it("models that take breakpoints are told", () => {
    const system: Message = { ...hinted, role: "system" };
    const result: Part = { kind: "tool-result", callId: "1", content: [{ kind: "text", text: "a", cacheHint: {} }] };
    const { body, losses } = ask({ messages: [system, hinted, { role: "tool", parts: [result] }] }, "gpt-5.6-mini");
    const marked = { type: "input_text", text: "a", prompt_cache_breakpoint: { mode: "explicit" } };
    expect(body.input).toMatchObject([
      { role: "system", content: [marked] },
      { content: [marked] },
      { output: [marked] },
    ]);
    expect(losses).toEqual([]);
  });

  it("others are not, and lose it harmlessly", () => {
    const { body, losses } = ask({ messages: [hinted] });
    expect(body.input).toMatchObject([{ content: [{ type: "input_text", text: "a" }] }]);
    expect(JSON.stringify(body)).not.toContain("breakpoint");
    expect(losses).toEqual([{ field: "messages.0.parts.0.cacheHint", weight: "harmless" }]);
  });

  it("a breakpoint that came in this dialect goes back as it was", () => {
    const mark = { mode: "explicit", ttl: "12h" };
    const part: Part = { kind: "text", text: "a", cacheHint: {}, extras: own({ prompt_cache_breakpoint: mark }) };
    const { body, losses } = ask({ messages: [{ role: "user", parts: [part] }] });
    expect(body.input).toMatchObject([{ content: [{ prompt_cache_breakpoint: mark }] }]);
    expect(losses).toEqual([]);
  });
});
