import { describe, expect, test } from "vitest";
import { text } from "./fixtures/conversation.ts";
import { asked, extras, told } from "./fixtures/request.ts";

describe("tools", () => {
  const schema = { type: "object", properties: { a: { $ref: "#/$defs/b" } }, $defs: { b: { type: "string" } } };

  test("a function is read with its schema as it was written", () => {
    const named = { name: "f", description: "d", parameters: schema, strict: true };
    expect(asked({ tools: [{ type: "function", function: named }] }).tools).toEqual([
      { kind: "function", name: "f", description: "d", schema, isStrict: true },
    ]);
    expect(asked({ tools: [{ type: "function", function: { name: "g" } }] }).tools).toEqual([
      { kind: "function", name: "g" },
    ]);
  });

  test("a function's cache hint and unknown fields are kept", () => {
    const tool = {
      type: "function",
      function: { name: "f", x: 1 },
      cache_control: { type: "ephemeral", ttl: "1h" },
      y: 2,
    };
    expect(asked({ tools: [tool] }).tools).toEqual([
      { kind: "function", name: "f", cacheHint: { ttl: "1h" }, extras: extras({ y: 2, "function.x": 1 }) },
    ]);
  });

  test("a custom tool and a tool the provider runs are told apart", () => {
    const format = { type: "grammar", grammar: { syntax: "lark", definition: "start: A" } };
    const search = { type: "browser_search", depth: 2 };
    expect(asked({ tools: [{ type: "custom", custom: { name: "c", format } }, search] }).tools).toEqual([
      { kind: "custom", name: "c", format },
      { kind: "server", dialect: "openai-chat", name: "browser_search", value: search },
    ]);
  });

  test("the legacy functions are tools", () => {
    const fields = { functions: [{ name: "f", parameters: schema }], function_call: { name: "f" } };
    expect(asked(fields)).toMatchObject({
      tools: [{ kind: "function", name: "f", schema }],
      toolChoice: { kind: "named", name: "f" },
    });
    expect(asked({ functions: [{ name: "f" }], function_call: "none" }).toolChoice).toEqual({ kind: "none" });
  });

  test.each([
    ["auto", { kind: "auto" }],
    ["none", { kind: "none" }],
    ["required", { kind: "required" }],
    ["any", { kind: "required" }],
    [
      { type: "function", function: { name: "f" } },
      { kind: "named", name: "f" },
    ],
    [
      { type: "custom", custom: { name: "c" } },
      { kind: "named", name: "c" },
    ],
    [
      {
        type: "allowed_tools",
        allowed_tools: {
          mode: "required",
          tools: [
            { type: "function", function: { name: "f" } },
            { type: "custom", custom: { name: "c" } },
          ],
        },
      },
      { kind: "allowed", mode: "required", names: ["f", "c"] },
    ],
  ])("the choice %j is read", (choice, expected) => {
    expect(asked({ tool_choice: choice }).toolChoice).toEqual(expected);
  });
});

describe("tool results", () => {
  const call = (id: string, name: string) => ({ id, type: "function", function: { name, arguments: "{}" } });

  test("results of one turn become one message, each with the name of its tool", () => {
    const messages = told(
      { role: "user", content: "a" },
      { role: "assistant", content: null, tool_calls: [call("c1", "f"), call("c2", "g")] },
      { role: "tool", tool_call_id: "c1", content: "one" },
      {
        role: "tool",
        tool_call_id: "c2",
        content: [
          { type: "text", text: "two" },
          { type: "text", text: "three" },
        ],
      },
      { role: "user", content: "b" },
    );
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "user"]);
    expect(messages[2]?.parts).toEqual([
      { kind: "tool-result", callId: "c1", name: "f", content: [text("one")] },
      { kind: "tool-result", callId: "c2", name: "g", content: [text("two"), text("three")] },
    ]);
  });

  test("results of two turns stay apart", () => {
    const messages = told(
      { role: "assistant", tool_calls: [call("c1", "f")] },
      { role: "tool", tool_call_id: "c1", content: "one" },
      { role: "assistant", tool_calls: [call("c1", "g")] },
      { role: "tool", tool_call_id: "c1", content: "two" },
    );
    expect(messages.map(({ role }) => role)).toEqual(["assistant", "tool", "assistant", "tool"]);
    expect(messages[3]?.parts).toMatchObject([{ name: "g" }]);
  });

  test("images and files in a result are read, and so is what calls a result custom", () => {
    const messages = told(
      { role: "assistant", tool_calls: [{ id: "c", type: "custom", custom: { name: "g", input: "x" } }] },
      {
        role: "tool",
        tool_call_id: "c",
        content: [
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          { type: "file", file: { file_id: "file-1" } },
        ],
      },
    );
    expect(messages[1]?.parts).toMatchObject([
      { callId: "c", name: "g", isCustom: true, content: [{ kind: "image" }, { kind: "file" }] },
    ]);
  });

  test("a legacy function call and its result find each other", () => {
    const messages = told(
      { role: "user", content: "a" },
      { role: "assistant", content: null, function_call: { name: "f", arguments: '{"a":1}' } },
      { role: "function", name: "f", content: "one" },
    );
    expect(messages.slice(1)).toEqual([
      { role: "assistant", parts: [{ kind: "tool-call", id: "call_function_1", name: "f", input: '{"a":1}' }] },
      { role: "tool", parts: [{ kind: "tool-result", callId: "call_function_1", name: "f", content: [text("one")] }] },
    ]);
  });
});
