import fc from "fast-check";
import { expect, it } from "vitest";
import { scriptOf } from "./script.ts";

const ANSWER_CHARS_MAX = 8 * 1024 * 1024;

/** Plays a whole script: how many characters the simulated upstream says. */
function lengthOf(body: object, operation: string): number {
  let chars = 0;
  for (const act of scriptOf(Buffer.from(JSON.stringify(body)), operation))
    chars += act.kind === "data" ? act.text.length : 0;
  return chars;
}

const schema = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 5 }, fc.jsonValue({ maxDepth: 2 }), tie("rules")),
  rules: fc.record(
    {
      type: fc.oneof(fc.constantFrom("string", "array", "object", "integer", "null"), fc.jsonValue({ maxDepth: 1 })),
      items: tie("any"),
      minItems: fc.oneof(fc.integer(), fc.double(), fc.jsonValue({ maxDepth: 1 })),
      minLength: fc.oneof(fc.integer(), fc.double(), fc.jsonValue({ maxDepth: 1 })),
      minimum: fc.jsonValue({ maxDepth: 1 }),
      required: fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.array(fc.constantFrom("a", "b", "__proto__", "toString"))),
      properties: fc.dictionary(fc.constantFrom("a", "b", "__proto__", "toString"), tie("any")),
      anyOf: fc.array(tie("any"), { maxLength: 2 }),
      const: fc.jsonValue(),
      enum: fc.array(fc.jsonValue(), { maxLength: 2 }),
      $ref: fc.constantFrom("#", "#/properties/a", "#/items", "#/nowhere"),
    },
    { requiredKeys: [] },
  ),
})).any;

const odd = fc.oneof(fc.jsonValue({ maxDepth: 2 }), schema);
const body = fc.record(
  {
    model: fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 1 })),
    messages: fc.oneof(odd, fc.array(fc.record({ role: fc.constant("user"), content: odd }))),
    input: odd,
    dimensions: odd,
    prompt: odd,
    stream: fc.constantFrom(true, false),
    tools: fc.array(fc.record({ function: fc.record({ name: odd, parameters: schema }) })),
    tool_choice: odd,
    max_tokens: odd,
    max_completion_tokens: odd,
    response_format: fc.oneof(odd, fc.record({ type: fc.constant("json_schema"), json_schema: fc.record({ schema }) })),
    sandbox: fc.oneof(odd, fc.record({ latencyMs: odd, tokensPerSecond: odd, outputTokens: odd, text: odd })),
    stream_options: odd,
  },
  { requiredKeys: [] },
);

it("whatever a caller sends, the sandbox answers, and with no more than it may", () => {
  fc.assert(
    fc.property(body, fc.constantFrom("chat", "completions", "embeddings", "moderations"), (fields, operation) => {
      expect(lengthOf(fields, operation)).toBeLessThan(ANSWER_CHARS_MAX);
    }),
  );
});
