import { describe, expect, test } from "vitest";
import { decode, exact, messagesOf, OWN, partOf } from "./fixtures/request.ts";

describe("system prompts", () => {
  test("a string, and blocks with cache hints, stand before all turns", () => {
    expect(decode({ system: "Be brief." }).messages[0]).toEqual({
      role: "system",
      parts: [{ kind: "text", text: "Be brief." }],
    });
    const system = [
      { type: "text", text: "a" },
      { type: "text", text: "b", cache_control: { type: "ephemeral", ttl: "1h" } },
    ];
    expect(decode({ system }).messages[0]).toEqual({
      role: "system",
      parts: [
        { kind: "text", text: "a" },
        { kind: "text", text: "b", cacheHint: { ttl: "1h" } },
      ],
    });
  });

  test("an empty one is none", () => {
    expect(decode({ system: "" }).messages).toHaveLength(1);
    expect(decode({ system: [] }).messages).toHaveLength(1);
  });

  test("one given on the way stays where it stands, as a turn or as a block", () => {
    const instruction = { role: "system", parts: [{ kind: "text", text: "Now in French." }] };
    const user = { role: "user", content: "Hi" };
    expect(messagesOf(user, { role: "system", content: "Now in French." })[1]).toEqual(instruction);
    const block = { type: "mid_conv_system", content: [{ type: "text", text: "Now in French." }] };
    expect(messagesOf({ role: "user", content: [{ type: "text", text: "Hi" }, block] })).toEqual([
      { role: "user", parts: [{ kind: "text", text: "Hi" }] },
      instruction,
    ]);
  });
});

describe("turns", () => {
  test("results of tools become a message of their own, before what the user says", () => {
    const content = [
      { type: "text", text: "And?" },
      { type: "tool_result", tool_use_id: "t1", content: "3" },
      { type: "tool_result", tool_use_id: "t2", is_error: true },
    ];
    expect(messagesOf({ role: "user", content })).toEqual([
      {
        role: "tool",
        parts: [
          { kind: "tool-result", callId: "t1", content: [{ kind: "text", text: "3" }] },
          { kind: "tool-result", callId: "t2", content: [], isError: true },
        ],
      },
      { role: "user", parts: [{ kind: "text", text: "And?" }] },
    ]);
  });

  test("a result holds text, images and documents", () => {
    const content = [
      { type: "text", text: "seen" },
      { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } },
      { type: "document", source: { type: "url", url: "https://a.test/x.pdf" } },
    ];
    expect(partOf({ type: "tool_result", tool_use_id: "t1", content, cache_control: { type: "ephemeral" } })).toEqual({
      kind: "tool-result",
      callId: "t1",
      content: [
        { kind: "text", text: "seen" },
        { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AA==" } },
        { kind: "file", media: { kind: "url", url: "https://a.test/x.pdf" } },
      ],
      cacheHint: {},
    });
  });

  test("a result that holds what no other dialect has is kept whole beside what they have", () => {
    const content = [
      { type: "text", text: "found" },
      { type: "tool_reference", tool_name: "x" },
    ];
    expect(partOf({ type: "tool_result", tool_use_id: "t1", content })).toEqual({
      kind: "tool-result",
      callId: "t1",
      content: [{ kind: "text", text: "found" }],
      extras: { dialect: OWN, fields: { content } },
    });
  });

  test("a call's input becomes its JSON text, with numbers to the digit", () => {
    const block = exact('{"type":"tool_use","id":"t1","name":"f","input":{"id":12345678901234567890,"x":1.5}}');
    expect(partOf(block, "assistant")).toEqual({
      kind: "tool-call",
      id: "t1",
      name: "f",
      input: '{"id":12345678901234567890,"x":1.5}',
    });
    expect(partOf({ type: "tool_use", id: "t1", name: "f" }, "assistant")).toMatchObject({ input: "{}" });
  });

  test("fields of a call without a place are kept", () => {
    const block = { type: "tool_use", id: "t1", name: "f", input: {}, caller: { type: "direct" } };
    expect(partOf(block, "assistant")).toMatchObject({ extras: { fields: { caller: { type: "direct" } } } });
  });

  test("an empty turn stays a turn", () => {
    expect(messagesOf({ role: "user", content: [] })).toEqual([{ role: "user", parts: [] }]);
  });
});
