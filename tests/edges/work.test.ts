import { expect, it } from "vitest";
import { requestBytes } from "#tests/support/edge-chat";
import { statusesIn } from "#tests/support/raw-http";
import { expectUnharmed, sayAsAttacker, underAttack } from "#tests/support/under-attack";

const MIB = 1024 * 1024;
const MESSAGES = [{ role: "user", content: "hi" }];

const nested = (depth: number): object =>
  depth === 0 ? { type: "string" } : { type: "array", minItems: 8, items: nested(depth - 1) };

const formatted = (schema: object) => ({
  model: "sandbox-chat",
  messages: MESSAGES,
  response_format: { type: "json_schema", json_schema: { name: "x", schema } },
});

const PART = { type: "text", text: "hi" };

/** Fields that nobody knows, whose names are written with escapes. */
const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`\n${at}`, 1]));

/** A tool of Anthropic's callers, whose call holds these numbers as they are written. */
const asking = (numbers: string) =>
  `{"model":"model","max_tokens":9,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"a",` +
  `"input":{"a":${numbers}}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"a"}]}]}`;

const stops = (count: number, length: number) =>
  Array.from({ length: count }, (_, at) => String(at).padEnd(length, "z"));

/** Things to ask that are much work where nothing bounds it, and the answers that are right for them. */
const LABOURS: readonly (readonly [string, object | string, number, string?])[] = [
  ["an example of lists in lists", formatted(nested(11)), 200],
  [
    "an example of half a gigabyte",
    formatted({ type: "array", minItems: 8, items: { type: "string", minLength: 5e8 } }),
    200,
  ],
  [
    "a long echo, word by word",
    { model: "sandbox-chat", stream: true, messages: [{ role: "user", content: "a ".repeat(MIB) }] },
    200,
  ],
  [
    "two thousand long vectors",
    { model: "sandbox-chat", input: stops(2_048, 8), dimensions: 4_096 },
    400,
    "/v1/embeddings",
  ],
  [
    "two thousand short vectors",
    { model: "sandbox-chat", input: stops(2_048, 8), dimensions: 100 },
    200,
    "/v1/embeddings",
  ],
  [
    "a tool whose name is an object",
    { model: "sandbox-chat", messages: MESSAGES, tools: [{ type: "function", function: { name: { toString: 1 } } }] },
    200,
  ],
  [
    "twenty thousand stop sequences",
    { model: "model", max_tokens: 9, messages: MESSAGES, stop_sequences: stops(20_000, 100) },
    400,
    "/v1/messages",
  ],
  [
    "thirty-two stop sequences in a long stream",
    { model: "model", stream: true, max_tokens: 9, messages: MESSAGES, stop_sequences: stops(32, 256) },
    200,
    "/v1/messages",
  ],
  [
    "ten thousand turns of one role",
    { model: "claude", messages: Array.from({ length: 10_000 }, () => MESSAGES[0]) },
    200,
  ],
  ["thirty thousand turns", { model: "claude", messages: Array.from({ length: 30_000 }, () => MESSAGES[0]) }, 200],
  [
    "thirty thousand parts of a turn",
    { model: "claude", messages: [{ role: "user", content: Array.from({ length: 30_000 }, () => PART) }] },
    200,
  ],
  [
    "many fields of many turns",
    { model: "claude", messages: Array.from({ length: 5 }, () => ({ ...MESSAGES[0], ...fields(9_800) })) },
    400,
  ],
  ["a hundred thousand fields of a turn", { model: "claude", messages: [{ ...MESSAGES[0], ...fields(98_000) }] }, 400],
  ["a hundred thousand fields", { model: "claude", messages: MESSAGES, ...fields(98_000) }, 400],
  ["a number of millions of digits", `{"model":"claude","seed":${"7".repeat(30 * MIB)}}`, 400],
  ["thousands of long numbers", asking(`[${"0.12345678901234567,".repeat(90_000)}0]`), 400, "/v1/messages"],
  ["as many that a double holds", asking(`[${"0.12345678901234568,".repeat(90_000)}0]`), 200, "/v1/messages"],
  ["as many of them as may be", asking(`[${"0.12345678901234567,".repeat(9_900)}0]`), 200, "/v1/messages"],
  [
    "megabytes of digits in a text",
    { model: "claude", messages: [{ role: "user", content: "7 ".repeat(8 * MIB) }] },
    200,
  ],
  [
    "more tokens than can be counted",
    { model: "model", n: 2, max_tokens: Number.MAX_SAFE_INTEGER, messages: MESSAGES },
    402,
  ],
];

it("C5: requests that ask for much work are bounded in it, and hold nobody up", async () => {
  const report = await underAttack(async () => {
    for (const [title, body, right, path] of LABOURS) {
      const request = requestBytes(typeof body === "string" ? body : JSON.stringify(body), {
        headers: "connection: close\r\n",
        ...(path ? { path } : {}),
      });
      const { text } = await sayAsAttacker(request);
      expect({ title, statuses: statusesIn(text) }).toEqual({ title, statuses: [right] });
    }
  });
  expectUnharmed(report);
});
