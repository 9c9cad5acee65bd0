import { describe, expect, test } from "vitest";
import type { JsonObject } from "#lib/gateway/conversation";
import type { WireEvent } from "#lib/gateway/dialects/codec";
import { objectIn } from "#lib/gateway/dialects/read";
import { parseExact } from "#lib/gateway/json-exact";
import { collectReply } from "#tests/support/collect-reply";
import { createStreamDecoder } from "./decode-stream.ts";
import { CONTEXT, decodeStream } from "./fixtures/wire.ts";

const OWN = "anthropic-messages";

const event = (type: string, more: JsonObject = {}): WireEvent => ({ name: type, data: { type, ...more } });
const START = event("message_start", {
  message: { id: "msg_1", model: "claude-opus-5", usage: { input_tokens: 5, output_tokens: 1, service_tier: "batch" } },
});
const open = (index: number, block: JsonObject) => event("content_block_start", { index, content_block: block });
const delta = (index: number, change: JsonObject) => event("content_block_delta", { index, delta: change });
const close = (index: number) => event("content_block_stop", { index });
const end = (stop_reason: string | null, usage: JsonObject = { output_tokens: 9 }) =>
  event("message_delta", { delta: { stop_reason, stop_sequence: null }, usage });
const STOP = event("message_stop");
const ENDING = [end("end_turn"), STOP];
const text = (value: string) => ({ type: "text_delta", text: value });

const partsOf = (...events: readonly WireEvent[]) =>
  collectReply(decodeStream([START, ...events, ...ENDING])).choices[0]?.parts;
const kindsOf = (events: readonly WireEvent[]) => decodeStream(events).map(({ kind }) => kind);

test("events come in order: a start, parts one after the other, a finish, an end", () => {
  const events = [
    START,
    open(0, { type: "text", text: "" }),
    event("ping"),
    delta(0, text("Hi")),
    close(0),
    event("ping"),
    ...ENDING,
  ];
  expect(decodeStream(events)).toEqual([
    {
      kind: "start",
      id: "msg_1",
      model: "claude-opus-5",
      createdAtS: CONTEXT.createdAtS,
      usage: expect.objectContaining({ inputTokens: 5, outputTokens: 1 }),
      serviceTier: "batch",
    },
    { kind: "part-start", choice: 0, part: 0, of: { kind: "text" } },
    { kind: "delta", choice: 0, part: 0, text: "Hi" },
    { kind: "part-end", choice: 0, part: 0 },
    { kind: "usage", usage: expect.objectContaining({ inputTokens: 5, outputTokens: 9 }) },
    { kind: "finish", choice: 0, finish: { kind: "stop" } },
    { kind: "end" },
  ]);
});

describe("parts", () => {
  test("what a block holds as it begins counts as well", () => {
    const thinking = { type: "thinking", thinking: "h", signature: "s" };
    const citation = { type: "page_location", cited_text: "x" };
    expect(
      partsOf(
        open(0, thinking),
        delta(0, { type: "thinking_delta", thinking: "m" }),
        close(0),
        open(1, { type: "text", text: "H", citations: [] }),
        delta(1, text("i")),
        delta(1, { type: "citations_delta", citation }),
        close(1),
      ),
    ).toEqual([
      { kind: "reasoning", form: "full", text: "hm", signature: { origin: OWN, value: "s" } },
      { kind: "text", text: "Hi", citations: [{ citedText: "x", original: { dialect: OWN, value: citation } }] },
    ]);
  });

  test("withheld thoughts come whole", () => {
    expect(partsOf(open(0, { type: "redacted_thinking", data: "d" }), close(0))).toEqual([
      { kind: "reasoning", form: "full", text: "", isRedacted: true, signature: { origin: OWN, value: "d" } },
    ]);
  });

  test("a call's input is the text that was streamed, or what the block began with", () => {
    const call = { type: "tool_use", id: "t", name: "f", input: {} };
    const json = (piece: string) => ({ type: "input_json_delta", partial_json: piece });
    expect(
      partsOf(
        open(0, call),
        delta(0, json("")),
        delta(0, json('{"a": ')),
        delta(0, json("1.50}")),
        close(0),
        open(1, call),
        delta(1, json("")),
        close(1),
        open(2, { ...call, id: null, input: { b: 2 } }),
        close(2),
      ),
    ).toEqual([
      { kind: "tool-call", id: "t", name: "f", input: '{"a": 1.50}' },
      { kind: "tool-call", id: "t", name: "f", input: "{}" },
      { kind: "tool-call", id: "call_0123456789abcdef0123456789abcdef0", name: "f", input: '{"b":2}' },
    ]);
  });

  test("what only this provider has is told when it is whole, with what was streamed of it", () => {
    const use = { type: "server_tool_use", id: "s", name: "web_search", input: {} };
    const json = { type: "input_json_delta", partial_json: '{"id":12345678901234567890}' };
    expect(
      partsOf(
        open(0, use),
        delta(0, json),
        close(0),
        open(1, { type: "compaction", content: null }),
        delta(1, { type: "compaction_delta", content: "short" }),
        close(1),
        open(2, { type: "poem", verse: "a" }),
        delta(2, { type: "poem_delta", verse: "b" }),
        close(2),
        open(3, use),
        delta(3, { type: "input_json_delta", partial_json: "{" }),
        close(3),
      ),
    ).toEqual([
      {
        kind: "foreign",
        dialect: OWN,
        value: { ...use, input: objectIn(parseExact('{"id":12345678901234567890}')) },
      },
      { kind: "foreign", dialect: OWN, value: { type: "compaction", content: "short" } },
      { kind: "foreign", dialect: OWN, value: { type: "poem", verse: "ab" } },
      { kind: "foreign", dialect: OWN, value: { ...use, input: "{" } },
    ]);
  });

  test("a block left open ends where the next begins, and a later word for it is refused", () => {
    const block = { type: "text", text: "" };
    const events = [START, open(0, block), delta(0, text("a")), open(1, block)];
    expect(kindsOf([...events, delta(1, text("b")), ...ENDING])).toEqual([
      "start",
      "part-start",
      "delta",
      "part-end",
      "part-start",
      "delta",
      "part-end",
      "usage",
      "finish",
      "end",
    ]);
    for (const late of [delta(0, text("c")), delta(7, text("c"))])
      expect(() => decodeStream([...events, late])).toThrow(expect.objectContaining({ code: "upstream_failed" }));
  });
});

describe("beginnings and ends", () => {
  test("a message that begins twice begins once, one that does not begin begins all the same", () => {
    expect(kindsOf([START, START, ...ENDING])).toEqual(["start", "usage", "finish", "end"]);
    expect(kindsOf([open(0, { type: "text", text: "a" }), close(0), ...ENDING])).toEqual([
      "start",
      "part-start",
      "delta",
      "part-end",
      "finish",
      "end",
    ]);
  });

  test("events may be told by their name alone", () => {
    const nameless: WireEvent = { name: "message_stop", data: {} };
    expect(kindsOf([START, end("end_turn"), nameless]).at(-1)).toBe("end");
  });

  test("several deltas of the message give one finish, and the last usage counts", () => {
    const events = [
      START,
      end(null, { output_tokens: 3 }),
      end("pause_turn", { input_tokens: 8, output_tokens: 4 }),
      STOP,
    ];
    const { choices, usage } = collectReply(decodeStream(events));
    expect(choices.map(({ finish }) => finish)).toEqual([{ kind: "pause" }]);
    expect(usage).toMatchObject({ inputTokens: 8, outputTokens: 4 });
  });

  test("a usage that makes no sense is none", () => {
    expect(kindsOf([START, end("end_turn", { output_tokens: -1 }), STOP])).toEqual(["start", "finish", "end"]);
  });

  test("a connection that ends early closes what is open and is not whole", () => {
    const events = [START, open(0, { type: "text", text: "a" })];
    expect(kindsOf(events)).toEqual(["start", "part-start", "delta", "part-end"]);
    expect(kindsOf([START, end("end_turn")])).toEqual(["start", "usage"]);
    expect(kindsOf([])).toEqual([]);
  });

  test("nothing comes after the end", () => {
    const decoder = createStreamDecoder(CONTEXT);
    for (const one of [START, ...ENDING]) decoder.push(one);
    expect(decoder.push(START)).toEqual([]);
    expect(decoder.end()).toEqual([]);
  });

  test("an error is told with what the upstream sent", () => {
    const error = { type: "overloaded_error", message: "Overloaded" };
    expect(decodeStream([START, event("error", { error })]).at(-1)).toEqual({
      kind: "error",
      body: { type: "error", error },
    });
  });
});
