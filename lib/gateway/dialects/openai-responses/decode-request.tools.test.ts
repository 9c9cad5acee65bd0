import { describe, expect, it } from "vitest";
import type { Json } from "#lib/gateway/conversation";
import { ask, dialect } from "./fixtures/request.ts";

describe("tools", () => {
  const schema = { type: "object", properties: {} };

  it("functions, custom tools and the provider's own are told apart", () => {
    const format = { type: "grammar", syntax: "lark", definition: "start: /a/" };
    const tools = [
      { type: "function", name: "look", description: "looks", parameters: schema, strict: true },
      { type: "custom", name: "sql", description: "asks", format },
      { type: "web_search", search_context_size: "low" },
      { type: "custom", name: "odd", defer_loading: true },
    ];
    expect(ask({ tools }).tools).toEqual([
      { kind: "function", name: "look", description: "looks", schema, isStrict: true },
      { kind: "custom", name: "sql", description: "asks", format },
      { kind: "server", dialect, name: "web_search", value: tools[2] },
      { kind: "server", dialect, name: "custom", value: tools[3] },
    ]);
  });

  it("a function that does not say whether it is strict keeps this dialect's default, and what we do not know", () => {
    const tools = [
      { type: "function", name: "a", parameters: null, description: null, strict: null },
      { type: "function", name: "b", strict: false, defer_loading: true },
    ];
    expect(ask({ tools }).tools).toEqual([
      { kind: "function", name: "a", extras: { dialect, fields: {} } },
      { kind: "function", name: "b", isStrict: false, extras: { dialect, fields: { defer_loading: true } } },
    ]);
  });

  it.each([
    ["auto", { kind: "auto" }],
    ["none", { kind: "none" }],
    ["required", { kind: "required" }],
    [
      { type: "function", name: "look" },
      { kind: "named", name: "look" },
    ],
    [
      { type: "custom", name: "sql" },
      { kind: "named", name: "sql" },
    ],
    [
      { type: "allowed_tools", mode: "required", tools: [{ type: "function", name: "look" }] },
      { kind: "allowed", mode: "required", names: ["look"] },
    ],
  ] satisfies [Json, object][])("the choice %j is carried", (tool_choice, toolChoice) => {
    expect(ask({ tool_choice }).toolChoice).toEqual(toolChoice);
  });

  it.each([{ type: "web_search_preview" }, { type: "allowed_tools", mode: "auto", tools: [{ type: "web_search" }] }])(
    "the choice %j of a tool of the provider stays as it is",
    (tool_choice) => {
      expect(ask({ tool_choice })).toMatchObject({ extras: { dialect, fields: { tool_choice } } });
      expect(ask({ tool_choice }).toolChoice).toBeUndefined();
    },
  );
});
