import { describe, expect, it } from "vitest";
import type { JsonObject } from "#lib/gateway/conversation";
import { collectReply } from "#tests/support/collect-reply";
import { createStreamDecoder } from "./decode-stream.ts";

const dialect = "openai-responses";
const context = { requestId: "0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", createdAtS: 1_760_000_000 };
const usage = { input_tokens: 3, output_tokens: 2, total_tokens: 5 };
const created = {
  type: "response.created",
  response: { id: "resp_1", model: "gpt-5", created_at: 5, status: "in_progress" },
};
const completed = { type: "response.completed", response: { id: "resp_1", status: "completed", usage, output: [] } };

function read(...events: readonly JsonObject[]) {
  const decoder = createStreamDecoder(context);
  return [...events.flatMap((data) => decoder.push({ data })), ...decoder.end()];
}
const kindsOf = (...events: readonly JsonObject[]) => read(...events).map(({ kind }) => kind);
const partsOf = (...events: readonly JsonObject[]) =>
  collectReply(read(created, ...events, completed)).choices[0]?.parts;

const added = (output_index: number, item: JsonObject) => ({ type: "response.output_item.added", output_index, item });
const done = (output_index: number, item: JsonObject) => ({ type: "response.output_item.done", output_index, item });
const text = (delta: string, more: JsonObject = {}) => ({
  type: "response.output_text.delta",
  output_index: 0,
  content_index: 0,
  delta,
  ...more,
});
const call = { type: "function_call", id: "fc_1", call_id: "call_1", name: "look", arguments: "" };
const argument = (output_index: number, delta: string) => ({
  type: "response.function_call_arguments.delta",
  output_index,
  delta,
});

describe("the course of a stream", () => {
  it("begins once, ends once, and tells its usage", () => {
    const events = read(created, { ...created, type: "response.in_progress" }, text("a"), completed, completed);
    expect(events.map(({ kind }) => kind)).toEqual([
      "start",
      "part-start",
      "delta",
      "part-end",
      "finish",
      "usage",
      "end",
    ]);
    expect(events[0]).toEqual({ kind: "start", id: "resp_1", model: "gpt-5", createdAtS: 5 });
    expect(events[4]).toEqual({ kind: "finish", choice: 0, finish: { kind: "stop" } });
    expect(events[5]).toMatchObject({ usage: { inputTokens: 3, outputTokens: 2 } });
  });

  it("names of events stand in for missing types", () => {
    const decoder = createStreamDecoder(context);
    expect(decoder.push({ name: "response.completed", data: { response: {} } }).at(-1)).toEqual({ kind: "end" });
  });

  it("a stream that names nothing at its start gets a minted head", () => {
    expect(read(text("a"))[0]).toEqual({
      kind: "start",
      id: "resp_0198a1b2c3d47e5f8a9b0c1d2e3f4a5b",
      model: "",
      createdAtS: 1_760_000_000,
    });
  });

  it("one that breaks off closes its part and has no end", () => {
    expect(kindsOf(created, text("a"))).toEqual(["start", "part-start", "delta", "part-end"]);
    expect(kindsOf()).toEqual([]);
  });

  it.each([
    ["response.completed", { status: "completed" }, { kind: "stop" }],
    ["response.completed", {}, { kind: "stop" }],
    ["response.incomplete", { incomplete_details: { reason: "max_output_tokens" } }, { kind: "length" }],
    ["response.incomplete", { incomplete_details: { reason: "content_filter" } }, { kind: "content-filter" }],
  ])("%s of %j finishes with %j", (type, response, finish) => {
    const events = read(created, { type, response });
    expect(events.slice(-2)).toEqual([{ kind: "finish", choice: 0, finish }, { kind: "end" }]);
  });

  it("calls make it a finish for tools", () => {
    const events = read(created, added(0, call), done(0, call), completed);
    expect(events).toContainEqual({ kind: "finish", choice: 0, finish: { kind: "tool-calls" } });
  });
});

describe("failures", () => {
  const failed = { type: "response.failed", response: { status: "failed", error: { code: "server_error" }, usage } };

  it("an error event is told once, flat or nested, and what was used after it", () => {
    const flat = { type: "error", code: "a", message: "b", param: null, sequence_number: 4 };
    expect(read(created, flat, failed).slice(1)).toEqual([
      { kind: "error", body: { code: "a", message: "b", param: null } },
      expect.objectContaining({ kind: "usage" }),
    ]);
    expect(read({ type: "error", error: { code: "a" } })).toEqual([{ kind: "error", body: { code: "a" } }]);
  });

  it("a failed response is an error, and nothing after it counts", () => {
    expect(read(created, text("a"), failed, text("b"), completed).slice(3)).toEqual([
      expect.objectContaining({ kind: "usage" }),
      { kind: "part-end", choice: 0, part: 0 },
      { kind: "error", body: { code: "server_error" } },
    ]);
  });

  it("502: a stream may not go back to a part that has ended", () => {
    const second = { ...call, call_id: "call_2" };
    expect(() => read(added(0, call), added(1, second), argument(0, "{}"))).toThrow(
      expect.objectContaining({ code: "upstream_failed" }),
    );
    expect(() => read(argument(3, "{}"))).toThrow(expect.objectContaining({ code: "upstream_failed" }));
    expect(() => read(text("a"), text("b", { content_index: 1 }), text("c"))).toThrow(
      expect.objectContaining({ code: "upstream_failed" }),
    );
  });
});

describe("parts", () => {
  it("calls stream their input; a call's done event gives what was not streamed", () => {
    const custom = { type: "custom_tool_call", id: "ctc_1", call_id: "call_2", name: "sql", input: "" };
    expect(
      partsOf(
        added(0, call),
        argument(0, '{"a"'),
        { type: "response.function_call_arguments.done", output_index: 0, arguments: '{"a":1}' },
        done(0, { ...call, arguments: '{"a":1}' }),
        added(1, custom),
        { type: "response.custom_tool_call_input.delta", output_index: 1, delta: "SELECT" },
        { type: "response.custom_tool_call_input.done", output_index: 1, input: "SELECT 1" },
        done(1, { ...custom, input: "SELECT 1" }),
        done(2, { ...call, call_id: "call_3", arguments: "{}" }),
      ),
    ).toEqual([
      { kind: "tool-call", id: "call_1", name: "look", input: '{"a":1}' },
      { kind: "tool-call", id: "call_2", name: "sql", input: "SELECT 1", isCustom: true },
      { kind: "tool-call", id: "call_3", name: "look", input: "{}" },
    ]);
  });

  it("where the whole contradicts what was streamed, what was streamed holds", () => {
    expect(partsOf(text("abc"), { ...text(""), type: "response.output_text.done", text: "xyz" })).toEqual([
      { kind: "text", text: "abc" },
    ]);
  });

  it("texts and refusals of one message are parts in their order", () => {
    expect(
      partsOf(
        { ...text(""), type: "response.content_part.added", part: { type: "output_text", text: "" } },
        text("a"),
        { ...text("no", { content_index: 1 }), type: "response.refusal.delta" },
        { ...text("", { content_index: 1 }), type: "response.refusal.done", refusal: "no!" },
        { ...text("", { content_index: 2 }), type: "response.content_part.added", part: { type: "refusal" } },
        { ...text("", { content_index: 3 }), type: "response.content_part.added", part: { type: "odd" } },
      ),
    ).toEqual([
      { kind: "text", text: "a" },
      { kind: "refusal", text: "no!" },
      { kind: "refusal", text: "" },
    ]);
  });

  it("thoughts begin a new paragraph where their index rises, and are signed when their item is done", () => {
    const thought = (summary_index: number, delta: string) => ({
      type: "response.reasoning_summary_text.delta",
      output_index: 0,
      summary_index,
      delta,
    });
    const full = (delta: string) => ({
      type: "response.reasoning_text.delta",
      output_index: 0,
      content_index: 0,
      delta,
    });
    const summary = [
      { type: "summary_text", text: "ab" },
      { type: "summary_text", text: "c" },
    ];
    const item = { type: "reasoning", id: "rs_1", summary, encrypted_content: "E==" };
    const signature = { origin: dialect, value: "E==", itemId: "rs_1" };
    const part = { ...thought(1, ""), type: "response.reasoning_summary_part.added" };
    expect(
      partsOf(
        added(0, { ...item, encrypted_content: "early" }),
        thought(0, "a"),
        thought(0, "b"),
        part,
        thought(1, "c"),
        done(0, item),
      ),
    ).toEqual([{ kind: "reasoning", form: "summary", text: "ab\n\nc", signature }]);
    expect(
      partsOf(
        thought(0, "ab"),
        full("all"),
        done(0, { ...item, summary: summary.slice(0, 1), content: [{ text: "all!" }] }),
      ),
    ).toEqual([
      { kind: "reasoning", form: "summary", text: "ab" },
      { kind: "reasoning", form: "full", text: "all!", signature },
    ]);
  });

  it("a proof alone is whole when it begins", () => {
    const signature = { origin: dialect, value: "E==", itemId: "rs_1" };
    const events = read(done(0, { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "E==" }));
    expect(events.slice(1)).toEqual([
      {
        kind: "part-start",
        choice: 0,
        part: 0,
        of: { kind: "reasoning", form: "full", isRedacted: true, signature },
      },
      { kind: "part-end", choice: 0, part: 0 },
    ]);
  });

  it("citations come once, whether they are streamed or stand in the finished part", () => {
    const first = { type: "url_citation", url: "https://a.example" };
    const second = { type: "url_citation", url: "https://b.example" };
    const annotations = [first, second];
    const content = [{ type: "output_text", text: "a", annotations }];
    expect(
      partsOf(
        text("a"),
        { ...text(""), type: "response.output_text.annotation.added", annotation: first },
        { ...text(""), type: "response.content_part.done", part: content[0] },
        done(0, { type: "message", content }),
      ),
    ).toEqual([
      {
        kind: "text",
        text: "a",
        citations: [
          { url: "https://a.example", original: { dialect, value: first } },
          { url: "https://b.example", original: { dialect, value: second } },
        ],
      },
    ]);
  });

  it("log-probabilities come with the deltas, or once with the whole text", () => {
    const token = { token: "a", logprob: -1 };
    const whole = { ...text(""), type: "response.output_text.done", text: "a", logprobs: [token] };
    const logprobs = { kind: "logprobs", choice: 0, part: 0, tokens: [{ ...token, top: [] }] };
    for (const events of [
      [text("a", { logprobs: [token] }), whole],
      [text("a"), whole],
    ]) {
      expect(read(created, ...events).filter(({ kind }) => kind === "logprobs")).toEqual([logprobs]);
    }
  });

  it("what we do not know comes through whole when it is done, as do drawn images", () => {
    const search = { type: "web_search_call", id: "ws_1", status: "completed" };
    const drawn = { type: "image_generation_call", id: "ig_1", result: "AAAA" };
    const odd = { type: "hologram" };
    expect(
      partsOf(
        added(0, { ...search, status: "in_progress" }),
        { type: "response.web_search_call.searching", output_index: 0 },
        done(0, search),
        done(1, drawn),
        done(2, { type: "message", content: [odd, { ...odd, depth: 2 }] }),
      ),
    ).toEqual([
      { kind: "foreign", dialect, value: search },
      expect.objectContaining({ kind: "image" }),
      { kind: "foreign", dialect, value: { type: "message", content: [odd] } },
      { kind: "foreign", dialect, value: { type: "message", content: [{ ...odd, depth: 2 }] } },
    ]);
  });

  it("an upstream that streams nothing says all at the end", () => {
    const output = [{ type: "message", content: [{ type: "output_text", text: "a" }] }, call];
    const reply = collectReply(
      read(created, { type: "response.completed", response: { ...completed.response, output } }),
    );
    expect(reply).toMatchObject({
      isWhole: true,
      choices: [{ parts: [{ text: "a" }, { id: "call_1" }], finish: { kind: "tool-calls" } }],
    });
  });
});
