import fc from "fast-check";
import { expect, test } from "vitest";
import { anthropicMessagesPassage } from "../dialects/anthropic-messages/passage.ts";
import { openAiChatPassage } from "../dialects/openai-chat/passage.ts";
import { createPassReader } from "./pass-reader.ts";

const RUNS = { numRuns: 1_000 };

/** JSON with everything but ASCII escaped, as Python's standard library writes it. */
const escaped = (value: unknown) =>
  JSON.stringify(value).replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

const writers = fc.constantFrom(JSON.stringify, escaped);
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.constantFrom("content", '"', "\\", "\n\n", "data: "),
);

/** What a stream of chat chunks is made of: mostly text, and whatever else may stand between. */
const delta = fc.oneof(
  { weight: 8, arbitrary: text.map((content) => ({ content })) },
  text.map((reasoning_content) => ({ reasoning_content })),
  fc.tuple(text, text).map(([content, reasoning_content]) => ({ content, reasoning_content })),
  fc.constant({ role: "assistant", content: "" }),
  text.map((args) => ({ tool_calls: [{ index: 0, id: "t", function: { name: "f", arguments: args } }] })),
);
const chunk = fc.record({
  id: fc.constantFrom("c1", "c2"),
  model: fc.constant("upstream"),
  choices: fc.tuple(fc.constantFrom(0, 1), delta).map(([index, of]) => [{ index, delta: of, finish_reason: null }]),
  usage: fc.constantFrom(null, { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }),
});
type Chunk = { choices: { delta: Record<string, unknown> }[]; usage: unknown };

/** The bytes of what a chunk says, counted anew from its value. */
function bytesOf({ choices }: Chunk): number {
  const said = choices.flatMap(({ delta: { content, reasoning_content, tool_calls } }) => {
    const [call] = (tool_calls ?? []) as { function: { name: string; arguments: string } }[];
    return [content, reasoning_content, call?.function.name, call?.function.arguments];
  });
  return said.reduce<number>((sum, one) => sum + (typeof one === "string" ? Buffer.byteLength(one) : 0), 0);
}

const eventsIn = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString()
    .split("\n\n")
    .filter(Boolean)
    .map((event) => JSON.parse(event.slice(event.indexOf("data: ") + 6)));

test("chunks of chat that are known by their bytes are edited and counted as those that are read", () => {
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 12 }), writers, fc.boolean(), (chunks, write, withoutUsage) => {
      const reader = createPassReader({
        passage: openAiChatPassage,
        edits: { model: "shown", withoutUsage },
        wantsUsage: false,
        framing: "events",
        requestId: "r",
      });
      const out = chunks.map((one) => reader.push(Buffer.from(`data: ${write(one)}\n\n`)));
      expect(out.flatMap(eventsIn)).toEqual(
        chunks.map(({ usage, ...rest }) => ({ ...rest, model: "shown", ...(withoutUsage ? {} : { usage }) })),
      );
      expect(reader.state().outputBytes).toBe(chunks.reduce((sum, one) => sum + bytesOf(one as Chunk), 0));
    }),
    RUNS,
  );
});

test("so are events of Messages, which pass as they are", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2), text), { maxLength: 12 }), writers, (deltas, write) => {
      const reader = createPassReader({
        passage: anthropicMessagesPassage,
        edits: { model: "shown", withoutUsage: false },
        wantsUsage: false,
        framing: "events",
        requestId: "r",
      });
      for (const [index, said] of deltas) {
        const data = write({ type: "content_block_delta", index, delta: { type: "text_delta", text: said } });
        const event = `event: content_block_delta\ndata: ${data}\n\n`;
        expect(Buffer.from(reader.push(Buffer.from(event))).toString()).toBe(event);
      }
      expect(reader.state().outputBytes).toBe(deltas.reduce((sum, [, said]) => sum + Buffer.byteLength(said), 0));
    }),
    RUNS,
  );
});
