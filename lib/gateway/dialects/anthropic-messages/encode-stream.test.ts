import { describe, expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import { NO_USAGE, type Usage } from "#lib/base/request-record";
import type { Citation, Part, Signature } from "#lib/gateway/conversation";
import { objectIn } from "#lib/gateway/dialects/read";
import type { PartOpening, ReplyEvent } from "#lib/gateway/reply";
import { encodeReply } from "./encode-reply.ts";
import { createStreamEncoder } from "./encode-stream.ts";
import { CONTEXT, encodeStream, faultsOf, messageOf, wireEventsOf } from "./fixtures/wire.ts";

const OWN = "anthropic-messages";
const GEMINI: Signature = { origin: "gemini", value: "g==" };
const WRAPPED = { type: "redacted_thinking", data: "sy1.gemini..g==" };

const START: ReplyEvent = { kind: "start", id: "resp_1", model: "m" };
const FINISH: ReplyEvent = { kind: "finish", choice: 0, finish: { kind: "stop" } };
const END: ReplyEvent = { kind: "end" };
const usage = (counts: Partial<Usage>): ReplyEvent => ({ kind: "usage", usage: { ...NO_USAGE, ...counts } });

const begin = (part: number, of: PartOpening): ReplyEvent => ({ kind: "part-start", choice: 0, part, of });
const delta = (part: number, text: string): ReplyEvent => ({ kind: "delta", choice: 0, part, text });
const sign = (part: number, signature: Signature): ReplyEvent => ({ kind: "signature", choice: 0, part, signature });
const cite = (part: number, citation: Citation): ReplyEvent => ({ kind: "citation", choice: 0, part, citation });
const end = (part: number): ReplyEvent => ({ kind: "part-end", choice: 0, part });
const text = (part: number, value: string, ...more: readonly ReplyEvent[]) => [
  begin(part, { kind: "text" }),
  delta(part, value),
  ...more,
  end(part),
];

const stream = (...events: readonly ReplyEvent[]) => wireEventsOf(encodeStream([START, ...events, FINISH, END]));
const lossesOf = (...events: readonly ReplyEvent[]) => {
  const encoder = createStreamEncoder(CONTEXT);
  for (const event of [START, ...events, FINISH, END]) encoder.push(event);
  return encoder.losses();
};
const typesOf = (text: string) => (text === "" ? [] : wireEventsOf(text).map(({ data }) => data.type));

test("each event is written at once", () => {
  const encoder = createStreamEncoder(CONTEXT);
  const written = [START, ...text(0, "Hi"), FINISH, usage({}), END].map((event) => typesOf(encoder.push(event)));
  expect(written).toEqual([
    ["message_start"],
    [],
    ["content_block_start", "content_block_delta"],
    ["content_block_stop"],
    [],
    [],
    ["message_delta", "message_stop"],
  ]);
});

describe("beginnings and ends", () => {
  test("what is known of the input is said at the beginning, and output is never nothing", () => {
    const known: ReplyEvent = {
      ...START,
      usage: { ...NO_USAGE, inputTokens: 7, cachedInputTokens: 2 },
      serviceTier: "default",
    };
    const [first] = wireEventsOf(encodeStream([known, FINISH, END]));
    expect(first?.data.message).toEqual({
      id: "msg_resp_1",
      type: "message",
      role: "assistant",
      model: "model-1",
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: 5,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 2,
        output_tokens: 1,
        service_tier: "standard",
      },
    });
    const [unknown] = stream();
    expect(objectIn(unknown?.data.message)?.usage).toMatchObject({ input_tokens: 0, output_tokens: 1 });
  });

  test.each([
    ["after", [FINISH, usage({ inputTokens: 1, outputTokens: 2 })]],
    ["before", [usage({ inputTokens: 1, outputTokens: 2 }), FINISH]],
    ["twice around", [usage({ outputTokens: 1 }), FINISH, usage({ inputTokens: 1, outputTokens: 2 })]],
  ])("usage that comes %s the finish is said once, with it", (_when, events) => {
    const written = wireEventsOf(encodeStream([START, ...text(0, "Hi"), ...events, END]));
    expect(faultsOf(written)).toEqual([]);
    expect(written.at(-2)?.data).toMatchObject({
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { input_tokens: 1, output_tokens: 2 },
    });
  });

  test("usage that was known at the beginning stands where none comes later", () => {
    const known: ReplyEvent = { ...START, usage: { ...NO_USAGE, inputTokens: 7 } };
    expect(wireEventsOf(encodeStream([known, FINISH, END])).at(-2)?.data.usage).toMatchObject({ input_tokens: 7 });
  });

  test("a stream without a start or a finish is written whole all the same", () => {
    const written = wireEventsOf(encodeStream([...text(0, "Hi"), END]));
    expect(faultsOf(written)).toEqual([]);
    expect(messageOf(written)).toMatchObject({ id: `msg_${CONTEXT.requestId}`, stop_reason: "end_turn" });
  });

  test("a failure is one event of its own, after which nothing comes", () => {
    const encoder = createStreamEncoder(CONTEXT);
    encoder.push(START);
    expect(wireEventsOf(encoder.fail(new AppError("upstream_failed", "It broke.")))).toEqual([
      {
        name: "error",
        data: {
          type: "error",
          error: { type: "api_error", message: "It broke." },
          request_id: CONTEXT.requestId,
        },
      },
    ]);
    expect(encoder.push({ kind: "error", body: {} })).toBe("");
  });

  test("there is room for one choice", () => {
    const other: ReplyEvent = { kind: "part-start", choice: 1, part: 0, of: { kind: "text" } };
    expect(faultsOf(stream(other))).toEqual([]);
    expect(lossesOf(other, { ...other, part: 1 })).toEqual([{ field: "choices", weight: "meaning" }]);
  });
});

describe("parts", () => {
  const contentOf = (...events: readonly ReplyEvent[]) => {
    const written = stream(...events);
    expect(faultsOf(written)).toEqual([]);
    return messageOf(written).content;
  };

  test("a refusal is text, and is named as the reason", () => {
    const written = stream(begin(0, { kind: "refusal" }), delta(0, "No."), end(0));
    expect(messageOf(written)).toMatchObject({ content: [{ type: "text", text: "No." }], stop_reason: "refusal" });
  });

  test("a part without a word is not written", () => {
    const thought = { kind: "reasoning", form: "full" } as const;
    expect(contentOf(begin(0, { kind: "text" }), delta(0, ""), end(0), begin(1, thought), end(1))).toEqual([]);
  });

  test("a call is written as it begins, with its name as the reason", () => {
    const call = { kind: "tool-call", id: "t", name: "f" } as const;
    const written = stream(begin(0, call), delta(0, '{"a":'), delta(0, "1}"), end(0));
    expect(written[1]?.data.content_block).toEqual({ type: "tool_use", id: "t", name: "f", input: {} });
    expect(messageOf(written)).toMatchObject({ content: [{ input: { a: 1 } }], stop_reason: "tool_use" });
  });

  test("thoughts end with their proof, wherever it came", () => {
    const thought = { kind: "reasoning", form: "full" } as const;
    const own: Signature = { origin: OWN, value: "s" };
    const block = { type: "thinking", thinking: "hm", signature: "s" };
    expect(contentOf(begin(0, thought), delta(0, "hm"), sign(0, own), end(0))).toEqual([block]);
    expect(contentOf(begin(0, thought), sign(0, own), delta(0, "hm"), end(0))).toEqual([block]);
    expect(contentOf(begin(0, { ...thought, signature: own }), delta(0, "hm"), end(0))).toEqual([block]);
    expect(contentOf(begin(0, thought), delta(0, "hm"), end(0))).toEqual([{ ...block, signature: "" }]);
  });

  test("a proof alone is the same block as in a whole answer", () => {
    const thought = { kind: "reasoning", form: "full" } as const;
    const own: Signature = { origin: OWN, value: "s" };
    for (const [opening, signature] of [
      [thought, GEMINI],
      [thought, own],
      [{ ...thought, isRedacted: true }, own],
    ] as const) {
      const part: Part = { ...opening, text: "", signature };
      const whole = encodeReply(
        { id: "1", model: "m", choices: [{ index: 0, parts: [part], finish: { kind: "stop" } }] },
        CONTEXT,
      );
      expect(contentOf(begin(0, opening), sign(0, signature), end(0))).toEqual(whole.body.content);
      expect(contentOf(begin(0, { ...opening, signature }), end(0))).toEqual(whole.body.content);
    }
  });

  test("a proof stands before the call or text it sits on", () => {
    const call = { kind: "tool-call", id: "t", name: "f", signature: GEMINI } as const;
    expect(
      contentOf(begin(0, { kind: "text" }), sign(0, GEMINI), delta(0, "a"), end(0), begin(1, call), end(1)),
    ).toEqual([WRAPPED, { type: "text", text: "a" }, WRAPPED, { type: "tool_use", id: "t", name: "f", input: {} }]);
  });

  test("a proof that comes after its text ends the message, or is lost before another part", () => {
    expect(contentOf(...text(0, "a", sign(0, GEMINI)))).toEqual([{ type: "text", text: "a" }, WRAPPED]);
    const followed = [...text(0, "a", sign(0, GEMINI)), ...text(1, "b")];
    expect(contentOf(...followed)).toEqual([
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ]);
    expect(lossesOf(...followed)).toEqual([{ field: "choices.0.parts.0.signature", weight: "harmless" }]);
  });

  test("a proof that comes after its call has begun is lost", () => {
    const call = { kind: "tool-call", id: "t", name: "f" } as const;
    expect(lossesOf(begin(0, call), sign(0, GEMINI), end(0))).toEqual([
      { field: "choices.0.parts.0.signature", weight: "harmless" },
    ]);
  });

  test("citations are said with their text, or lost where they have no URL", () => {
    const own = { type: "page_location", cited_text: "x" };
    const original = { dialect: "gemini", value: {} } as const;
    expect(contentOf(...text(0, "a", cite(0, { original: { dialect: OWN, value: own } })))).toEqual([
      { type: "text", text: "a", citations: [own] },
    ]);
    expect(lossesOf(...text(0, "a", cite(0, { title: "A", original })))).toEqual([
      { field: "choices.0.parts.0.citations", weight: "harmless" },
    ]);
  });

  test("items of this dialect come whole, the input of a call as its delta", () => {
    const use = { type: "server_tool_use", id: "s", name: "web_search", input: { query: "x" } };
    const found = { type: "web_search_tool_result", tool_use_id: "s", content: [] };
    const foreign = (value: typeof use | typeof found) => ({ kind: "foreign", dialect: OWN, value }) as const;
    const written = stream(begin(0, foreign(use)), end(0), begin(1, foreign(found)), end(1));
    expect(faultsOf(written)).toEqual([]);
    expect(messageOf(written).content).toEqual([use, found]);
    expect(written[1]?.data.content_block).toEqual({ ...use, input: {} });
  });

  test.each<PartOpening>([
    { kind: "image", media: { kind: "url", url: "u" } },
    { kind: "audio", format: "mp3", base64: "AA==" },
    { kind: "file", media: { kind: "url", url: "u" } },
    { kind: "foreign", dialect: "gemini", value: {} },
  ])("%o changes the meaning", (of) => {
    expect(contentOf(begin(0, of), end(0))).toEqual([]);
    expect(lossesOf(begin(0, of), end(0))).toEqual([{ field: "choices.0.parts.0", weight: "meaning" }]);
  });

  test("log-probabilities are lost, harmlessly", () => {
    const event: ReplyEvent = { kind: "logprobs", choice: 0, part: 0, tokens: [] };
    expect(lossesOf(begin(0, { kind: "text" }), event, event, end(0))).toEqual([
      { field: "choices.0.logprobs", weight: "harmless" },
    ]);
  });
});
