import { describe, expect, it } from "vitest";
import type { JsonObject } from "#lib/gateway/conversation";
import { ask, dialect, messagesOf, said } from "./fixtures/request.ts";

describe("input", () => {
  it("a text is the user's message", () => {
    expect(ask({}).messages).toEqual([{ role: "user", parts: said("hello") }]);
  });

  it("instructions are the first system message", () => {
    const { messages } = ask({ instructions: "be brief" });
    expect(messages).toEqual([
      { role: "system", parts: said("be brief") },
      { role: "user", parts: said("hello") },
    ]);
  });

  it.each(["user", "assistant", "system", "developer"])("a message of %s needs neither type nor a list", (role) => {
    expect(messagesOf({ role, content: "hi" })).toEqual([{ role, parts: said("hi") }]);
    expect(messagesOf({ type: "message", role, content: "hi" })).toEqual([{ role, parts: said("hi") }]);
  });

  it("messages of users stay apart, those of an assistant's turn become one with its thoughts and calls", () => {
    const messages = messagesOf(
      { role: "user", content: "a" },
      { role: "user", content: "b" },
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "E==" },
      {
        type: "message",
        role: "assistant",
        id: "msg_1",
        status: "completed",
        content: [{ type: "output_text", text: "c" }],
      },
      { type: "function_call", id: "fc_1", call_id: "call_1", name: "look", arguments: '{"at": 1}' },
      { type: "custom_tool_call", call_id: "call_2", name: "sql", input: "SELECT 1" },
      { type: "function_call", call_id: "call_3", namespace: "agents", name: "spawn", arguments: "{}" },
      { type: "function_call_output", call_id: "call_1", output: "seen" },
      { type: "custom_tool_call_output", call_id: "call_2", output: "1" },
      { role: "user", content: "d" },
    );
    expect(messages).toEqual([
      { role: "user", parts: said("a") },
      { role: "user", parts: said("b") },
      {
        role: "assistant",
        parts: [
          {
            kind: "reasoning",
            form: "summary",
            text: "hm",
            signature: { origin: dialect, value: "E==", itemId: "rs_1" },
          },
          { kind: "text", text: "c" },
          { kind: "tool-call", id: "call_1", name: "look", input: '{"at": 1}' },
          { kind: "tool-call", id: "call_2", name: "sql", input: "SELECT 1", isCustom: true },
          { kind: "tool-call", id: "call_3", name: "spawn", input: "{}", namespace: "agents" },
        ],
      },
      {
        role: "tool",
        parts: [
          { kind: "tool-result", callId: "call_1", content: said("seen") },
          { kind: "tool-result", callId: "call_2", content: said("1"), isCustom: true },
        ],
      },
      { role: "user", parts: said("d") },
    ]);
  });

  it("messages of an assistant that are marked otherwise stay apart", () => {
    const messages = messagesOf(
      { role: "assistant", content: "let me look", phase: "commentary" },
      { role: "assistant", content: "and there", phase: "commentary" },
      { role: "assistant", content: "done", phase: "final_answer" },
    );
    expect(messages).toEqual([
      {
        role: "assistant",
        parts: [...said("let me look"), ...said("and there")],
        extras: { dialect, fields: { phase: "commentary" } },
      },
      { role: "assistant", parts: said("done"), extras: { dialect, fields: { phase: "final_answer" } } },
    ]);
  });

  it("input may be missing only where something else stands for it", () => {
    expect(() => ask({ input: undefined })).toThrow(expect.objectContaining({ code: "missing_field", param: "input" }));
    expect(ask({ input: undefined, prompt: { id: "pmpt_1" } }).messages).toEqual([]);
    expect(ask({ input: null, previous_response_id: "resp_1" }).messages).toEqual([]);
  });

  it("items of the provider's own tools come through as they are", () => {
    const search = { type: "web_search_call", id: "ws_1", status: "completed", action: { type: "search" } };
    const shell = { type: "shell_call_output", call_id: "call_1", output: [] };
    const reference = { type: "item_reference", id: "msg_1" };
    expect(messagesOf(search, shell, { type: "mcp_approval_response", approve: true }, reference)).toEqual([
      { role: "assistant", parts: [{ kind: "foreign", dialect, value: search }] },
      {
        role: "tool",
        parts: [
          { kind: "foreign", dialect, value: shell },
          { kind: "foreign", dialect, value: { type: "mcp_approval_response", approve: true } },
        ],
      },
      { role: "assistant", parts: [{ kind: "foreign", dialect, value: reference }] },
    ]);
  });
});

describe("thoughts", () => {
  const thoughts = (item: JsonObject) => messagesOf({ type: "reasoning", ...item })[0]?.parts;

  it("paragraphs of one item are one text, full thoughts apart from their summary", () => {
    const summary = [
      { type: "summary_text", text: "a" },
      { type: "summary_text", text: "b" },
    ];
    expect(thoughts({ summary, content: [{ type: "reasoning_text", text: "c" }] })).toEqual([
      { kind: "reasoning", form: "summary", text: "a\n\nb" },
      { kind: "reasoning", form: "full", text: "c" },
    ]);
  });

  it("a proof alone is a withheld thought, wherever it comes from", () => {
    expect(thoughts({ summary: [], encrypted_content: "E==" })).toEqual([
      { kind: "reasoning", form: "full", text: "", isRedacted: true, signature: { origin: dialect, value: "E==" } },
    ]);
    expect(thoughts({ id: "rs_9", summary: [], encrypted_content: "sy1.gemini..G==" })).toEqual([
      { kind: "reasoning", form: "full", text: "", isRedacted: true, signature: { origin: "gemini", value: "G==" } },
    ]);
  });

  it("an item that says nothing is none", () => {
    expect(messagesOf({ type: "reasoning", id: "rs_1", summary: [] }, { role: "user", content: "a" })).toEqual([
      { role: "user", parts: said("a") },
    ]);
  });
});
