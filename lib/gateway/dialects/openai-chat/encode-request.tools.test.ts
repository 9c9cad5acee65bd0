import { describe, expect, test } from "vitest";
import type { Conversation, Message, Part, Tool } from "#lib/gateway/conversation";
import { bodyOf, encode, harmless, image, lossesOf, meaning, messagesOf, text, user } from "./fixtures/conversation.ts";

describe("tools", () => {
  const schema = { type: "object", properties: {} };
  const tools: readonly Tool[] = [
    { kind: "function", name: "f", description: "d", schema, isStrict: true },
    { kind: "custom", name: "c", format: { type: "text" } },
  ];

  test("functions and custom tools are sent as they were written", () => {
    expect(bodyOf({ tools, allowsParallelTools: false })).toMatchObject({
      tools: [
        { type: "function", function: { name: "f", description: "d", parameters: schema, strict: true } },
        { type: "custom", custom: { name: "c", format: { type: "text" } } },
      ],
      parallel_tool_calls: false,
    });
    expect(bodyOf({ tools }).tool_choice).toBeUndefined();
  });

  test("a choice is sent; a named custom tool as custom", () => {
    const choiceOf = (toolChoice: Conversation["toolChoice"]) => bodyOf({ tools, toolChoice }).tool_choice;
    expect(choiceOf({ kind: "required" })).toBe("required");
    expect(choiceOf({ kind: "named", name: "f" })).toEqual({ type: "function", function: { name: "f" } });
    expect(choiceOf({ kind: "named", name: "c" })).toEqual({ type: "custom", custom: { name: "c" } });
    expect(choiceOf({ kind: "allowed", mode: "auto", names: ["c", "f"] })).toEqual({
      type: "allowed_tools",
      allowed_tools: {
        mode: "auto",
        tools: [
          { type: "custom", custom: { name: "c" } },
          { type: "function", function: { name: "f" } },
        ],
      },
    });
  });

  test("without tools nothing is said of them, unless a call is demanded", () => {
    expect(bodyOf({ toolChoice: { kind: "auto" }, allowsParallelTools: true })).toEqual(bodyOf({}));
    expect(bodyOf({ toolChoice: { kind: "required" } }).tool_choice).toBe("required");
  });

  test("a tool that this dialect's provider runs is given back, another's is lost", () => {
    const value = { type: "browser_search" };
    const own: Tool = { kind: "server", dialect: "openai-chat", name: "browser_search", value };
    const foreign: Tool = { kind: "server", dialect: "anthropic-messages", name: "web_search", value: {} };
    expect(encode({ tools: [own, foreign] })).toMatchObject({
      body: { tools: [value] },
      losses: [meaning("tools.1")],
    });
  });

  test("a hint on a tool is harmless, its extras go back where they stood", () => {
    const extras = { dialect: "openai-chat", fields: { y: 2, "function.x": 1 } } as const;
    expect(encode({ tools: [{ kind: "function", name: "f", cacheHint: {}, extras }] })).toMatchObject({
      body: { tools: [{ type: "function", function: { name: "f", x: 1 }, y: 2 }] },
      losses: [harmless("tools.0.cacheHint")],
    });
  });

  test("an output format is sent", () => {
    expect(bodyOf({ output: { kind: "text" } }).response_format).toEqual({ type: "text" });
    expect(bodyOf({ output: { kind: "json" } }).response_format).toEqual({ type: "json_object" });
    const output = { kind: "json-schema", name: "n", description: "d", schema, isStrict: true } as const;
    expect(bodyOf({ output }).response_format).toEqual({
      type: "json_schema",
      json_schema: { name: "n", description: "d", schema, strict: true },
    });
  });
});

describe("tool results", () => {
  const results = (...parts: readonly Part[]): Message => ({ role: "tool", parts });
  const result = (callId: string, content: Extract<Part, { kind: "tool-result" }>["content"]) =>
    ({ kind: "tool-result", callId, content }) as const;

  test("each result is a message of its own", () => {
    expect(messagesOf([results(result("c1", [text("one")]), result("c2", [text("two"), text("three")]))])).toEqual([
      { role: "tool", tool_call_id: "c1", content: "one" },
      {
        role: "tool",
        tool_call_id: "c2",
        content: [
          { type: "text", text: "two" },
          { type: "text", text: "three" },
        ],
      },
    ]);
  });

  test("an error is carried as its text, its mark is a harmless loss", () => {
    const failed: Part = { ...result("c1", [text("boom")]), isError: true };
    expect(messagesOf([results(failed)])).toEqual([{ role: "tool", tool_call_id: "c1", content: "boom" }]);
    expect(lossesOf({ messages: [results(failed)] })).toEqual([harmless("messages.0.parts.0.isError")]);
  });

  test("an object that Gemini took as a result is sent as its JSON", () => {
    const structured: Part = { ...result("c1", []), structured: { a: 1 } };
    expect(messagesOf([results(structured)])).toEqual([{ role: "tool", tool_call_id: "c1", content: '{"a":1}' }]);
    expect(messagesOf([results(result("c1", []))])).toEqual([{ role: "tool", tool_call_id: "c1", content: "" }]);
  });

  test("images follow all results of the turn in a message of the user that names their calls", () => {
    const messages = [
      results(result("c1", [text("one"), image]), result("c2", [image])),
      results(result("c3", [text("three")])),
      user(text("next")),
    ];
    const shown = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    expect(messagesOf(messages)).toEqual([
      { role: "tool", tool_call_id: "c1", content: "one" },
      { role: "tool", tool_call_id: "c2", content: "" },
      { role: "tool", tool_call_id: "c3", content: "three" },
      {
        role: "user",
        content: [
          { type: "text", text: "Result of tool call c1:" },
          shown,
          { type: "text", text: "Result of tool call c2:" },
          shown,
        ],
      },
      { role: "user", content: "next" },
    ]);
    expect(lossesOf({ messages })).toEqual([
      harmless("messages.0.parts.0.content.1"),
      harmless("messages.0.parts.1.content.0"),
    ]);
  });

  test("a file in a result that cannot be sent is a loss of meaning", () => {
    const part = result("c1", [{ kind: "file", media: { kind: "url", url: "https://a" } }]);
    expect(encode({ messages: [results(part)] })).toMatchObject({
      body: { messages: [{ role: "tool", tool_call_id: "c1", content: "" }] },
      losses: [meaning("messages.0.parts.0.content.0")],
    });
  });
});
