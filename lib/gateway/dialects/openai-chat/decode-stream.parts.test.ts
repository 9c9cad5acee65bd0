import { describe, expect, test } from "vitest";
import type { JsonObject } from "#lib/gateway/conversation";
import { collectReply } from "#tests/support/collect-reply";
import { text } from "./fixtures/conversation.ts";
import { chunkOf, chunksWith, decodeChunks } from "./fixtures/stream.ts";

const partsOf = (...deltas: readonly JsonObject[]) => collectReply(decodeChunks(chunksWith(deltas))).choices[0]?.parts;
const call = (id: string, name: string, input: string) => ({ kind: "tool-call", id, name, input });
const toolDelta = (...calls: readonly JsonObject[]): JsonObject => ({ tool_calls: calls });

describe("what a stream says", () => {
  test("thoughts, text and refusal are parts of their own", () => {
    const deltas = [
      { reasoning_content: "h" },
      { reasoning_content: "m", content: null },
      { content: "a" },
      { content: "b", reasoning_content: null },
      { refusal: "no" },
    ];
    expect(partsOf(...deltas)).toEqual([
      { kind: "reasoning", form: "full", text: "hm" },
      text("ab"),
      { kind: "refusal", text: "no" },
    ]);
  });

  test("Mistral's lists are read piece by piece", () => {
    const reference = { type: "reference", reference_ids: [1] };
    const thinking = (value: string) => ({
      content: [{ type: "thinking", thinking: [{ type: "text", text: value }] }],
    });
    expect(partsOf(thinking("h"), thinking("m"), { content: [{ type: "text", text: "a" }, reference] })).toEqual([
      { kind: "reasoning", form: "full", text: "hm" },
      text("a"),
      { kind: "foreign", dialect: "openai-chat", value: reference },
    ]);
  });

  test("citations come onto the text that is open", () => {
    const citation = {
      type: "url_citation",
      url_citation: { url: "https://a", title: "A", start_index: 0, end_index: 1 },
    };
    expect(partsOf({ content: "a" }, { annotations: [citation] })).toMatchObject([
      { kind: "text", text: "a", citations: [{ url: "https://a", start: 0, end: 1 }] },
    ]);
  });

  test("log-probabilities come with the part they belong to", () => {
    const logprobs = { content: [{ token: "a", logprob: -1, bytes: null, top_logprobs: [] }] };
    const events = decodeChunks([chunkOf({ delta: { content: "a" }, logprobs })]);
    expect(events).toContainEqual({
      kind: "logprobs",
      choice: 0,
      part: 0,
      tokens: [{ token: "a", logprob: -1, bytes: null, top: [] }],
    });
  });

  test("audio comes whole at the end, its pieces decoded before they are joined", () => {
    const pieces = ["AA==", "AQI="].map((data) => ({ audio: { data } }));
    const deltas = [
      { audio: { id: "audio_1", transcript: "h" } },
      ...pieces,
      { audio: { transcript: "i", expires_at: 5 } },
    ];
    expect(partsOf(...deltas)).toEqual([
      {
        kind: "audio",
        format: "pcm16",
        base64: "AAEC",
        transcript: "hi",
        id: "audio_1",
        extras: { dialect: "openai-chat", fields: { expires_at: 5 } },
      },
    ]);
  });

  test("images come whole", () => {
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    expect(partsOf({ content: "a" }, { images: [image] })).toEqual([
      text("a"),
      { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" } },
    ]);
  });
});

describe("detailed thoughts", () => {
  const piece = (value: string, index: number) => ({ type: "reasoning.text", text: value, index });

  test("pieces of one index are one thought, signed by a piece without text", () => {
    const deltas = [
      { reasoning: "h", reasoning_details: [piece("h", 0)] },
      { reasoning: "m", reasoning_details: [piece("m", 0)] },
      { reasoning_details: [{ type: "reasoning.text", signature: "S", index: 0 }] },
      { reasoning: "x", reasoning_details: [piece("x", 1)] },
      { reasoning_details: [{ type: "reasoning.encrypted", data: "E", id: "rs_1", index: 2 }] },
      { content: "a" },
    ];
    expect(partsOf(...deltas)).toEqual([
      { kind: "reasoning", form: "full", text: "hm", signature: { origin: "openai-chat", value: "S" } },
      { kind: "reasoning", form: "full", text: "x" },
      {
        kind: "reasoning",
        form: "full",
        text: "",
        isRedacted: true,
        signature: { origin: "openai-chat", value: "E", itemId: "rs_1" },
      },
      text("a"),
    ]);
  });

  test("a proof joins thoughts that came as plain text", () => {
    const proof = { type: "reasoning.text", signature: "S", index: 0 };
    expect(partsOf({ reasoning_content: "hm" }, { reasoning_details: [proof] }, { content: "a" })).toEqual([
      { kind: "reasoning", form: "full", text: "hm", signature: { origin: "openai-chat", value: "S" } },
      text("a"),
    ]);
  });

  test("a proof that comes too late for its thoughts is passed over", () => {
    const proof = { type: "reasoning.text", signature: "S", index: 0 };
    expect(partsOf({ reasoning_details: [piece("hm", 0)] }, { content: "a" }, { reasoning_details: [proof] })).toEqual([
      { kind: "reasoning", form: "full", text: "hm" },
      text("a"),
    ]);
  });

  test("a proof without thoughts is a thought without text", () => {
    const proof = { type: "reasoning.text", text: "", signature: "S", index: 0 };
    expect(partsOf({ reasoning_details: [proof] }, { content: "a" })).toEqual([
      { kind: "reasoning", form: "full", text: "", signature: { origin: "openai-chat", value: "S" } },
      text("a"),
    ]);
  });
});

describe("tool calls", () => {
  const start = (index: number, id: string, name: string): JsonObject => ({
    index,
    id,
    type: "function",
    function: { name, arguments: "" },
  });
  /** A call that comes whole. */
  const whole = (index: number, id: string, name: string): JsonObject => ({
    ...start(index, id, name),
    function: { name, arguments: "{}" },
  });
  const more = (index: number, input: string): JsonObject => ({ index, function: { arguments: input } });

  test("parallel calls are told apart by their index", () => {
    const deltas = [
      toolDelta(start(0, "c1", "f")),
      toolDelta(more(0, '{"a"')),
      toolDelta(more(0, ":1}")),
      toolDelta(start(1, "c2", "g")),
      toolDelta(more(1, "{}")),
    ];
    const reply = collectReply(decodeChunks(chunksWith(deltas, "tool_calls")));
    expect(reply.choices[0]).toEqual({
      index: 0,
      parts: [call("c1", "f", '{"a":1}'), call("c2", "g", "{}")],
      finish: { kind: "tool-calls" },
    });
  });

  test("calls without an index, as Mistral's, are told apart by their id", () => {
    const bare = (id: string, name: string) => ({ id, function: { name, arguments: "{}" } });
    expect(partsOf(toolDelta(bare("c1", "f"), bare("c2", "g")))).toEqual([
      call("c1", "f", "{}"),
      call("c2", "g", "{}"),
    ]);
    const deltas = [
      toolDelta({ id: "c1", function: { name: "f", arguments: "{" } }),
      toolDelta({ function: { arguments: "}" } }),
    ];
    expect(partsOf(...deltas)).toEqual([call("c1", "f", "{}")]);
  });

  test("calls that all have the index 0 are told apart by their id", () => {
    const deltas = [toolDelta(whole(0, "c1", "f")), toolDelta(start(0, "c2", "g")), toolDelta(more(0, "{}"))];
    expect(partsOf(...deltas)).toEqual([call("c1", "f", "{}"), call("c2", "g", "{}")]);
  });

  test("an empty id or name in a later piece, and empty content, change nothing", () => {
    const deltas = [
      toolDelta(start(0, "c1", "f")),
      { content: "", tool_calls: [{ index: 0, id: "", type: "function", function: { name: "", arguments: "{}" } }] },
      { content: "", refusal: null },
    ];
    expect(partsOf(...deltas)).toEqual([call("c1", "f", "{}")]);
  });

  test("a call without an id is given one of ours, at most 40 characters long", () => {
    const parts = partsOf(toolDelta(whole(0, "", "f"), whole(1, "", "g")));
    expect(parts).toEqual([
      call("call_0199c0de0000700080000000000000010", "f", "{}"),
      call("call_0199c0de0000700080000000000000011", "g", "{}"),
    ]);
  });

  test("calls whose pieces come mixed are told one after the other, the first at once", () => {
    const mixed = [
      toolDelta(start(0, "c1", "f"), start(1, "c2", "g")),
      toolDelta(more(0, '{"a":'), more(1, '{"b"')),
      toolDelta(more(0, "1}"), more(1, ":2}")),
    ];
    expect(partsOf(...mixed)).toEqual([call("c1", "f", '{"a":1}'), call("c2", "g", '{"b":2}')]);
    expect(partsOf(...mixed.slice(0, 2))).toEqual([call("c1", "f", '{"a":'), call("c2", "g", '{"b"')]);
  });

  test("a custom call and a legacy function call are read", () => {
    const custom = { index: 0, id: "c1", type: "custom", custom: { name: "g", input: "" } };
    expect(partsOf(toolDelta(custom), toolDelta({ index: 0, custom: { input: "free" } }))).toEqual([
      { ...call("c1", "g", "free"), isCustom: true },
    ]);
    const legacy = [{ function_call: { name: "f", arguments: "" } }, { function_call: { arguments: "{}" } }];
    expect(partsOf(...legacy)).toEqual([call("call_0199c0de0000700080000000000000010", "f", "{}")]);
  });

  test("Gemini's proof of a call is read, with its start or later", () => {
    const proof = { extra_content: { google: { thought_signature: "S" } } };
    const signed = { ...call("c1", "f", "{}"), signature: { origin: "gemini", value: "S" } };
    expect(partsOf(toolDelta({ ...whole(0, "c1", "f"), ...proof }))).toEqual([signed]);
    expect(partsOf(toolDelta(whole(0, "c1", "f")), toolDelta({ index: 0, ...proof }))).toEqual([signed]);
  });

  test.each<[string, readonly JsonObject[]]>([
    [
      "a call that goes on after it was whole and the next has begun",
      [toolDelta(whole(0, "c1", "f"), start(1, "c2", "g")), toolDelta(more(0, "{}"))],
    ],
    ["a call that goes on after text", [toolDelta(start(0, "c1", "f")), { content: "a" }, toolDelta(more(0, "{}"))]],
    ["a call without a name", [toolDelta({ index: 0, id: "c1", function: { arguments: "{}" } })]],
    ["a call that is no object", [{ tool_calls: ["f"] }]],
  ])("502: %s makes no sense", (_name, deltas) => {
    expect(() => partsOf(...deltas)).toThrow(expect.objectContaining({ code: "upstream_failed" }));
  });
});
