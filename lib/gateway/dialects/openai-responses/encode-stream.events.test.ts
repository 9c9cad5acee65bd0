import { describe, expect, it } from "vitest";
import type { PartOpening } from "#lib/gateway/reply";
import { createStreamEncoder } from "./encode-stream.ts";
import { context, hex } from "./fixtures/reply.ts";
import { close, delta, end, finish, framesIn, open, part, start, typesOf, write } from "./fixtures/stream.ts";

describe("the order of events", () => {
  it("a text is a message with one content part", () => {
    const { frames } = write(start, ...part({ kind: "text" }, 0, "a", "b"), finish, end);
    expect(typesOf(frames)).toEqual([
      "created",
      "in_progress",
      "output_item.added",
      "content_part.added",
      "output_text.delta",
      "output_text.delta",
      "output_text.done",
      "content_part.done",
      "output_item.done",
      "completed",
    ]);
    const place = { item_id: `msg_${hex}0`, output_index: 0, content_index: 0 };
    expect(frames[0]?.response).toMatchObject({
      id: `resp_${hex}`,
      status: "in_progress",
      created_at: 1_760_000_001,
      completed_at: null,
      model: "shown",
      output: [],
      usage: null,
    });
    expect(frames[2]).toMatchObject({
      output_index: 0,
      item: { id: `msg_${hex}0`, status: "in_progress", content: [] },
    });
    expect(frames[3]).toMatchObject({
      ...place,
      part: { type: "output_text", text: "", annotations: [], logprobs: [] },
    });
    expect(frames[4]).toMatchObject({ ...place, delta: "a", logprobs: [] });
    expect(frames[6]).toMatchObject({ ...place, text: "ab", logprobs: [] });
    expect(frames[7]).toMatchObject({ ...place, part: { type: "output_text", text: "ab" } });
    expect(frames[8]).toMatchObject({ item: { status: "completed", content: [{ text: "ab" }] } });
    expect(frames[9]?.response).toMatchObject({ status: "completed", output: [{ content: [{ text: "ab" }] }] });
  });

  it("each event is written at once", () => {
    const encoder = createStreamEncoder(context);
    const written = [start, open({ kind: "text" }), delta("a"), delta("b")].map((event) => encoder.push(event));
    expect(written.map((text) => typesOf(framesIn(text)))).toEqual([
      ["created", "in_progress"],
      ["output_item.added", "content_part.added"],
      ["output_text.delta"],
      ["output_text.delta"],
    ]);
  });

  it("texts and refusals that follow each other share a message", () => {
    const { inner } = write(
      start,
      ...part({ kind: "text" }, 0, "a"),
      ...part({ kind: "refusal" }, 1, "no"),
      finish,
      end,
    );
    expect(typesOf(inner)).toEqual([
      "output_item.added",
      "content_part.added",
      "output_text.delta",
      "output_text.done",
      "content_part.done",
      "content_part.added",
      "refusal.delta",
      "refusal.done",
      "content_part.done",
      "output_item.done",
      "completed",
    ]);
    expect(inner[7]).toMatchObject({ item_id: `msg_${hex}0`, content_index: 1, refusal: "no" });
  });

  it("calls stream their input", () => {
    const call: PartOpening = { kind: "tool-call", id: "call_1", name: "look" };
    const custom: PartOpening = { kind: "tool-call", id: "call_2", name: "sql", isCustom: true };
    const { inner } = write(
      start,
      ...part({ kind: "text" }, 0, "a"),
      ...part(call, 1, "{", "}"),
      ...part(custom, 2, "S"),
      finish,
      end,
    );
    expect(typesOf(inner.slice(5))).toEqual([
      "output_item.done",
      "output_item.added",
      "function_call_arguments.delta",
      "function_call_arguments.delta",
      "function_call_arguments.done",
      "output_item.done",
      "output_item.added",
      "custom_tool_call_input.delta",
      "custom_tool_call_input.done",
      "output_item.done",
      "completed",
    ]);
    expect(inner[6]).toMatchObject({
      output_index: 1,
      item: { id: `fc_${hex}1`, status: "in_progress", call_id: "call_1", name: "look", arguments: "" },
    });
    expect(inner[9]).toMatchObject({ item_id: `fc_${hex}1`, name: "look", arguments: "{}" });
    expect(inner[13]).toMatchObject({ item_id: `ctc_${hex}2`, input: "S" });
  });

  it("thoughts are summaries or full, and their proof comes with the finished item", () => {
    const signature = { origin: "anthropic-messages", value: "A==" } as const;
    const { inner } = write(
      start,
      open({ kind: "reasoning", form: "summary" }),
      delta("a"),
      { kind: "signature", choice: 0, part: 0, signature },
      close(),
      ...part({ kind: "reasoning", form: "full" }, 1, "b"),
      finish,
      end,
    );
    expect(typesOf(inner)).toEqual([
      "output_item.added",
      "reasoning_summary_part.added",
      "reasoning_summary_text.delta",
      "reasoning_summary_text.done",
      "reasoning_summary_part.done",
      "output_item.done",
      "output_item.added",
      "content_part.added",
      "reasoning_text.delta",
      "reasoning_text.done",
      "content_part.done",
      "output_item.done",
      "completed",
    ]);
    expect(inner[2]).toMatchObject({ item_id: `rs_${hex}0`, summary_index: 0, delta: "a" });
    expect(inner[5]?.item).toEqual({
      id: `rs_${hex}0`,
      type: "reasoning",
      summary: [{ type: "summary_text", text: "a" }],
      encrypted_content: "sy1.anthropic-messages..A==",
    });
    expect(inner[7]).toMatchObject({ content_index: 0, part: { type: "reasoning_text", text: "" } });
  });

  it("withheld thoughts, and proofs on a call, are items of their own", () => {
    const signature = { origin: "gemini", value: "G==" } as const;
    const { inner } = write(
      start,
      ...part({ kind: "reasoning", form: "full", isRedacted: true, signature }, 0),
      ...part({ kind: "tool-call", id: "call_1", name: "look", signature }, 1, "{}"),
      finish,
      end,
    );
    const proof = { type: "reasoning", summary: [], encrypted_content: "sy1.gemini..G==" };
    expect(inner.slice(0, 4).map(({ item }) => item)).toEqual([
      { id: `rs_${hex}0`, ...proof },
      { id: `rs_${hex}0`, ...proof },
      { id: `rs_${hex}1`, ...proof },
      { id: `rs_${hex}1`, ...proof },
    ]);
    expect(inner[4]).toMatchObject({ output_index: 2, item: { type: "function_call" } });
  });

  it("citations and log-probabilities stand in the part they belong to", () => {
    const original = { dialect: "gemini", value: {} } as const;
    const tokens = [{ token: "a", logprob: -1, top: [] }];
    const written = { token: "a", logprob: -1, bytes: [], top_logprobs: [] };
    const { inner } = write(
      start,
      open({ kind: "text" }),
      delta("a"),
      { kind: "logprobs", choice: 0, part: 0, tokens },
      { kind: "citation", choice: 0, part: 0, citation: { url: "https://a.example", original } },
      close(),
      finish,
      end,
    );
    expect(inner[3]).toMatchObject({ type: "response.output_text.delta", delta: "", logprobs: [written] });
    expect(inner[4]).toMatchObject({
      type: "response.output_text.annotation.added",
      annotation_index: 0,
      annotation: { type: "url_citation", url: "https://a.example" },
    });
    expect(inner[5]).toMatchObject({ type: "response.output_text.done", logprobs: [written] });
    expect(inner[6]).toMatchObject({ part: { annotations: [{ url: "https://a.example" }], logprobs: [written] } });
  });

  it("parts that come whole are items that come whole", () => {
    const value = { type: "web_search_call", id: "ws_1" };
    const media = { kind: "data", mediaType: "image/png", base64: "AAAA" } as const;
    const { inner } = write(
      start,
      ...part({ kind: "foreign", dialect: "openai-responses", value }, 0),
      ...part({ kind: "image", media }, 1),
      finish,
      end,
    );
    expect(typesOf(inner)).toEqual([
      "output_item.added",
      "output_item.done",
      "output_item.added",
      "output_item.done",
      "completed",
    ]);
    expect(inner[1]).toMatchObject({ item: value });
    expect(inner[3]).toMatchObject({ output_index: 1, item: { id: `ig_${hex}1`, result: "AAAA" } });
  });
});

it("a proof that comes at the end of the last text stands after it", () => {
  const signature = { origin: "gemini", value: "G==" } as const;
  const { inner, losses } = write(
    start,
    open({ kind: "text" }, 0),
    { kind: "signature", choice: 0, part: 0, signature },
    close(0),
    finish,
    end,
  );
  const proof = { type: "reasoning", encrypted_content: "sy1.gemini..G==" };
  expect(inner.at(-1)).toMatchObject({ response: { output: [{ type: "message" }, proof] } });
  expect(inner.at(-2)).toMatchObject({ type: "response.output_item.done", output_index: 1, item: proof });
  expect(losses).toEqual([]);
});

describe("losses", () => {
  it("further choices, parts without an item and late proofs are reported", () => {
    const signature = { origin: "gemini", value: "G==" } as const;
    const { inner, losses } = write(
      start,
      { kind: "part-start", choice: 1, part: 0, of: { kind: "text" } },
      { kind: "finish", choice: 1, finish: { kind: "length" } },
      ...part({ kind: "audio", base64: "", format: "wav" }, 0),
      open({ kind: "text" }, 1),
      { kind: "signature", choice: 0, part: 1, signature },
      close(1),
      ...part({ kind: "text" }, 2, "a"),
      finish,
      end,
    );
    expect(inner.at(-1)).toMatchObject({ type: "response.completed", response: { output: [{ type: "message" }] } });
    expect(losses).toEqual([
      { field: "choices", weight: "meaning" },
      { field: "choices.0.parts.0", weight: "meaning" },
      { field: "choices.0.parts.1.signature", weight: "harmless" },
    ]);
  });
});
