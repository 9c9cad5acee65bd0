import { describe, expect, it } from "vitest";
import { exampleOf } from "./example-of-schema.ts";
import { scriptOf } from "./script.ts";

const MIB = 1024 * 1024;
const messages = [{ role: "user", content: "hi" }];

function said(body: object, operation = "chat"): { readonly status: number | undefined; readonly text: string } {
  const acts = [...scriptOf(Buffer.from(JSON.stringify(body)), operation)];
  const head = acts.find((act) => act.kind === "head");
  return { status: head?.status, text: acts.map((act) => (act.kind === "data" ? act.text : "")).join("") };
}

const formatted = (schema: object) => ({
  messages,
  response_format: { type: "json_schema", json_schema: { name: "x", schema } },
});

const nested = (depth: number): object =>
  depth === 0 ? { type: "string" } : { type: "array", minItems: 8, items: nested(depth - 1) };

describe("the sandbox, whose caller asks for too much,", () => {
  it.each([
    ["lists in lists in lists", nested(11)],
    ["a text of half a billion characters", { type: "string", minLength: 500_000_000 }],
    ["many long texts", { type: "array", minItems: 8, items: { type: "string", minLength: 60_000 } }],
    [
      "a definition that holds itself many times",
      { type: "object", properties: { a: { $ref: "#" }, b: { $ref: "#" } } },
    ],
    ["a long value that is given", { type: "array", minItems: 8, items: { const: "x".repeat(60_000) } }],
  ])("gives a short example: %s", (_, schema) => {
    const { status, text } = said(formatted(schema));
    expect(status).toBe(200);
    expect(text.length).toBeLessThan(MIB / 4);
  });

  it("cuts what it says and ends with `length`", () => {
    const { text } = said({ messages: [{ role: "user", content: "a ".repeat(MIB) }] });
    const [choice] = JSON.parse(text).choices;
    expect(choice.finish_reason).toBe("length");
    expect(choice.message.content.length).toBeLessThan(MIB / 4 + 1);
    expect(JSON.parse(text).usage.completion_tokens).toBe(32_768);
  });

  it("streams no more than that", () => {
    const { text } = said({ stream: true, messages: [{ role: "user", content: "a ".repeat(MIB) }] });
    expect(text.split("\n\n")).toHaveLength(32_768 + 4);
  });

  it("refuses more numbers than it gives in one answer", () => {
    const { status, text } = said({ input: Array.from({ length: 2_048 }, () => "x"), dimensions: 4_096 }, "embeddings");
    expect(status).toBe(400);
    expect(JSON.parse(text).error).toMatchObject({ param: "input" });
    expect(said({ input: Array.from({ length: 1_000 }, () => "x") }, "embeddings").status).toBe(200);
  });

  it("calls sixteen tools at most", () => {
    const tools = Array.from({ length: 1_000 }, (_, at) => ({ type: "function", function: { name: `tool_${at}` } }));
    expect(JSON.parse(said({ messages, tools }).text).choices[0].message.tool_calls).toHaveLength(16);
  });
});

describe("the sandbox, whose caller sends objects where names and numbers belong,", () => {
  const nothing = { toString: 1, valueOf: 1 };
  it.each([
    ["a tool's name", { messages, tools: [{ type: "function", function: { name: nothing } }] }],
    ["a model", { messages, model: nothing }],
    ["a limit", { messages, max_tokens: nothing, max_completion_tokens: nothing }],
    ["the least of a number", formatted({ type: "integer", minimum: nothing })],
    ["the least length", formatted({ type: "string", minLength: nothing })],
    ["a required name", formatted({ type: "object", required: [nothing] })],
    ["a knob", { messages, sandbox: { latencyMs: nothing, outputTokens: nothing, tokensPerSecond: nothing } }],
  ])("answers all the same: %s", (_, body) => {
    expect(said(body).status).toBe(200);
  });

  it("moderates what is no text as nothing said", () => {
    expect(JSON.parse(said({ input: [{ text: nothing }] }, "moderations").text).results[0].flagged).toBe(false);
  });
});

describe("exampleOf", () => {
  it("gives required members only, the first of each choice, and what a schema fixes", () => {
    const schema = {
      type: "object",
      required: ["name", "kind", "tags", "next"],
      properties: {
        name: { type: "string", minLength: 9 },
        kind: { enum: ["a", "b"] },
        tags: { type: "array", items: { anyOf: [{ const: { fixed: [1, null] } }, { type: "null" }] } },
        next: { $ref: "#/$defs/next" },
        left: { type: "boolean" },
      },
      $defs: { next: { type: "integer", minimum: 2.5 } },
    };
    expect(exampleOf(schema)).toEqual({ name: "sandboxxx", kind: "a", tags: [{ fixed: [1, null] }], next: 3 });
  });
});
