import { describe, expect, it } from "vitest";
import type { Conversation, Tool } from "#lib/gateway/conversation";
import { ask, bodyOf, dialect, own } from "./fixtures/conversation.ts";

describe("tools", () => {
  const schema = { type: "object", properties: { a: { type: "string" } } };
  const look: Tool = { kind: "function", name: "look", description: "looks", schema };

  it("a function that does not say so is not strict, unless it came in this dialect", () => {
    const tools: readonly Tool[] = [
      look,
      { ...look, isStrict: true },
      { ...look, extras: own({}) },
      { kind: "function", name: "bare", isStrict: false, extras: own({ defer_loading: true }) },
    ];
    const written = { type: "function", name: "look", description: "looks", parameters: schema };
    expect(bodyOf({ tools }).tools).toEqual([
      { ...written, strict: false },
      { ...written, strict: true },
      written,
      {
        type: "function",
        name: "bare",
        parameters: { type: "object", properties: {} },
        strict: false,
        defer_loading: true,
      },
    ]);
  });

  it("custom tools and our own provider's are sent, those of another are a loss of meaning", () => {
    const value = { type: "web_search" };
    const tools: readonly Tool[] = [
      { kind: "custom", name: "sql", description: "d", format: { type: "text" } },
      { kind: "server", dialect, name: "web_search", value },
      { kind: "server", dialect: "gemini", name: "googleSearch", value: {} },
    ];
    const { body, losses } = ask({ tools });
    expect(body.tools).toEqual([{ type: "custom", name: "sql", description: "d", format: { type: "text" } }, value]);
    expect(losses).toEqual([{ field: "tools.2", weight: "meaning" }]);
  });

  it.each([
    [{ kind: "auto" }, "auto"],
    [{ kind: "none" }, "none"],
    [{ kind: "required" }, "required"],
    [
      { kind: "named", name: "look" },
      { type: "function", name: "look" },
    ],
    [
      { kind: "named", name: "sql" },
      { type: "custom", name: "sql" },
    ],
    [
      { kind: "allowed", mode: "auto", names: ["look", "sql"] },
      {
        type: "allowed_tools",
        mode: "auto",
        tools: [
          { type: "function", name: "look" },
          { type: "custom", name: "sql" },
        ],
      },
    ],
  ] satisfies [Conversation["toolChoice"], unknown][])("the choice %j is sent", (toolChoice, written) => {
    expect(bodyOf({ tools: [look, { kind: "custom", name: "sql" }], toolChoice }).tool_choice).toEqual(written);
  });
});
