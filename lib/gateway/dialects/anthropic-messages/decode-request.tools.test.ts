import { describe, expect, test } from "vitest";
import { decode, OWN } from "./fixtures/request.ts";

describe("tools", () => {
  const schema = { type: "object", properties: { a: { type: "string" } } };

  test("a caller's tool, with all it may say", () => {
    const tool = {
      type: "custom",
      name: "f",
      description: "does",
      input_schema: schema,
      strict: true,
      cache_control: { type: "ephemeral" },
      input_examples: [{ a: "b" }],
    };
    expect(decode({ tools: [tool] }).tools).toEqual([
      {
        kind: "function",
        name: "f",
        description: "does",
        schema,
        isStrict: true,
        cacheHint: {},
        extras: { dialect: OWN, fields: { input_examples: [{ a: "b" }] } },
      },
    ]);
  });

  test("a tool the provider knows by its type is kept as it is, named or not", () => {
    const search = { type: "web_search_20250305", name: "web_search", max_uses: 3 };
    const servers = { type: "mcp_toolset", mcp_server_name: "m" };
    expect(decode({ tools: [search, servers] }).tools).toEqual([
      { kind: "server", dialect: OWN, name: "web_search", value: search },
      { kind: "server", dialect: OWN, name: "mcp_toolset", value: servers },
    ]);
  });

  test.each([
    [{ type: "auto" }, { kind: "auto" }],
    [{ type: "any" }, { kind: "required" }],
    [{ type: "none" }, { kind: "none" }],
    [
      { type: "tool", name: "f" },
      { kind: "named", name: "f" },
    ],
  ])("%o is a choice", (choice, toolChoice) => {
    expect(decode({ tool_choice: choice })).toMatchObject({ toolChoice, allowsParallelTools: undefined });
    const single = { ...choice, disable_parallel_tool_use: true };
    expect(decode({ tool_choice: single })).toMatchObject({ toolChoice, allowsParallelTools: false });
    const several = { ...choice, disable_parallel_tool_use: false };
    expect(decode({ tool_choice: several })).toMatchObject({ toolChoice, allowsParallelTools: true });
  });
});
