import { describe, expect, test } from "vitest";
import type { Tool, ToolChoice } from "#lib/gateway/conversation";
import { encode, harmless, meaning, OWN } from "./fixtures/conversation.ts";

describe("tools", () => {
  const tool = (name: string): Tool => ({ kind: "function", name, schema: { type: "object" } });
  const tools = [tool("f"), tool("g")];

  test("a tool says all it has, its schema as the caller wrote it", () => {
    const schema = { type: "object", $defs: { a: { anyOf: [] } }, "x-own": 1 };
    const said: Tool = { kind: "function", name: "f", description: "d", schema, isStrict: true, cacheHint: {} };
    expect(encode({ tools: [said] }).body.tools).toEqual([
      { name: "f", description: "d", input_schema: schema, strict: true, cache_control: { type: "ephemeral" } },
    ]);
  });

  test("a tool that takes nothing has the schema the API wants", () => {
    expect(encode({ tools: [{ kind: "function", name: "f" }] }).body.tools).toEqual([
      { name: "f", input_schema: { type: "object" } },
    ]);
    expect(encode({ tools: [{ kind: "function", name: "f", schema: {} }] }).body.tools).toEqual([
      { name: "f", input_schema: { type: "object" } },
    ]);
  });

  test("strictness is lost on models before it, harmlessly", () => {
    const strict: Tool = { ...tool("f"), kind: "function", isStrict: true };
    const { body, losses } = encode({ tools: [strict] }, "claude-sonnet-4-20250514");
    expect(JSON.stringify(body)).not.toContain("strict");
    expect(losses).toEqual(harmless("tools.0.isStrict"));
  });

  test("the provider's own tools go as they are; those of others change the meaning", () => {
    const own: Tool = { kind: "server", dialect: OWN, name: "web_search", value: { type: "web_search_20250305" } };
    const other: Tool = { kind: "server", dialect: "gemini", name: "google_search", value: {} };
    const custom: Tool = { kind: "custom", name: "c" };
    const { body, losses } = encode({ tools: [own, other, custom] });
    expect(body.tools).toEqual([{ type: "web_search_20250305" }]);
    expect(losses).toEqual(meaning("tools.1", "tools.2"));
  });

  test.each<[ToolChoice | undefined, boolean | undefined, object | undefined]>([
    [undefined, undefined, undefined],
    [undefined, true, undefined],
    [undefined, false, { type: "auto", disable_parallel_tool_use: true }],
    [{ kind: "auto" }, undefined, { type: "auto" }],
    [{ kind: "auto" }, true, { type: "auto", disable_parallel_tool_use: false }],
    [{ kind: "required" }, false, { type: "any", disable_parallel_tool_use: true }],
    [{ kind: "named", name: "f" }, false, { type: "tool", name: "f", disable_parallel_tool_use: true }],
    [{ kind: "none" }, false, { type: "none" }],
  ])("the choice %o with several at once %o is %o", (toolChoice, allowsParallelTools, written) => {
    const { body, losses } = encode({ tools, toolChoice, allowsParallelTools });
    expect(body.tool_choice).toEqual(written);
    expect(losses).toEqual([]);
  });

  test("only the allowed tools are offered", () => {
    const allowed = { kind: "allowed", mode: "required", names: ["g"] } as const;
    const { body, losses } = encode({ tools, toolChoice: allowed });
    expect(body).toMatchObject({ tools: [{ name: "g" }], tool_choice: { type: "any" } });
    expect(losses).toEqual([]);
    expect(encode({ tools, toolChoice: { ...allowed, mode: "auto" } }).body.tool_choice).toEqual({ type: "auto" });
  });

  test("without tools there is no choice to make", () => {
    expect(encode({ toolChoice: { kind: "none" }, allowsParallelTools: false }).body).toEqual(encode({}).body);
  });
});
