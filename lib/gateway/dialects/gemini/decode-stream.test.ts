import { describe, expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import type { JsonObject } from "#lib/gateway/conversation";
import type { ReplyEvent } from "#lib/gateway/reply";
import { collectReply } from "#tests/support/collect-reply";
import { createStreamDecoder } from "./decode-stream.ts";
import { CONTEXT, eventsIn } from "./fixtures/exchange.ts";

const chunk = (parts: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  candidates: [{ content: { parts, role: "model" }, index: 0, ...more }],
});
const stop = chunk([], { finishReason: "STOP" });
const kindsOf = (events: readonly ReplyEvent[]) => events.map(({ kind }) => kind).join(" ");
const callPiece = (functionCall: JsonObject) => chunk([{ functionCall }]);

describe("reading a stream", () => {
  test("parts come one after the other between start and end", () => {
    const events = eventsIn([
      chunk([{ thought: true, text: "Hm" }]),
      chunk([{ text: "He" }]),
      chunk([{ text: "llo" }, { functionCall: { name: "f", args: { a: 1 } } }]),
      chunk([{ text: "" }], { finishReason: "STOP" }),
    ]);
    expect(kindsOf(events)).toBe(
      "start part-start delta part-end part-start delta delta part-end part-start delta part-end finish end",
    );
    expect(events.at(-2)).toStrictEqual({ kind: "finish", choice: 0, finish: { kind: "tool-calls" } });
  });

  test("a reason to finish in every chunk, as older models give it, is one finish", () => {
    const events = eventsIn([
      chunk([{ text: "a" }], { finishReason: "STOP" }),
      chunk([{ text: "b" }], { finishReason: "MAX_TOKENS" }),
    ]);
    expect(collectReply(events).choices).toStrictEqual([
      { index: 0, parts: [{ kind: "text", text: "ab" }], finish: { kind: "length" } },
    ]);
  });

  test("without a reason to finish it is not whole", () => {
    expect(kindsOf(eventsIn([chunk([{ text: "a" }])]))).toBe("start part-start delta part-end");
    expect(kindsOf(eventsIn([chunk([], { finishReason: "FINISH_REASON_UNSPECIFIED" })]))).toBe("start");
    expect(eventsIn([])).toStrictEqual([]);
  });

  test("with several candidates every one has to finish", () => {
    const second = { candidates: [{ content: { parts: [{ text: "b" }] }, index: 1 }] };
    expect(collectReply(eventsIn([chunk([{ text: "a" }]), second, stop])).isWhole).toBe(false);
    const done = eventsIn([
      chunk([{ text: "a" }]),
      second,
      stop,
      { candidates: [{ index: 1, finishReason: "SAFETY" }] },
    ]);
    expect(collectReply(done)).toMatchObject({
      isWhole: true,
      choices: [
        { index: 0, finish: { kind: "stop" } },
        { index: 1, finish: { kind: "content-filter" } },
      ],
    });
  });

  test("a refused prompt is a whole stream of the content filter", () => {
    expect(eventsIn([{ promptFeedback: { blockReason: "PROHIBITED_CONTENT" } }]).slice(1)).toStrictEqual([
      { kind: "finish", choice: 0, finish: { kind: "content-filter" } },
      { kind: "end" },
    ]);
  });

  test("an answer that is refused half way is whole, and ends with the content filter", () => {
    const events = eventsIn([chunk([{ text: "a" }]), { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } }]);
    expect(collectReply(events)).toMatchObject({
      isWhole: true,
      choices: [{ parts: [{ text: "a" }], finish: { kind: "content-filter" } }],
    });
  });

  test("an error inside the stream is passed on as it was sent", () => {
    const body = { error: { code: 503, message: "busy", status: "UNAVAILABLE" } };
    expect(createStreamDecoder(CONTEXT).push({ data: body })).toStrictEqual([{ kind: "error", body }]);
  });

  test("the last usage counts, and counts that are not there yet are none", () => {
    const events = eventsIn([
      { ...chunk([{ text: "a" }]), usageMetadata: { trafficType: "ON_DEMAND" } },
      { ...chunk([{ text: "b" }]), usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1 } },
      { ...stop, usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, thoughtsTokenCount: 4 } },
    ]);
    expect(events.filter(({ kind }) => kind === "usage")).toHaveLength(2);
    expect(collectReply(events).usage).toMatchObject({ inputTokens: 3, outputTokens: 6, reasoningTokens: 4 });
  });

  test("log-probabilities belong to the open text", () => {
    const logprobsResult = { chosenCandidates: [{ token: "a", logProbability: -1 }] };
    expect(eventsIn([chunk([{ text: "a" }], { logprobsResult })])).toContainEqual({
      kind: "logprobs",
      choice: 0,
      part: 0,
      tokens: [{ token: "a", logprob: -1, top: [] }],
    });
  });
});

describe("arguments that come in pieces", () => {
  const inputOf = (...pieces: readonly JsonObject[]) => {
    const [part] = collectReply(eventsIn([...pieces.map(callPiece), stop])).choices[0]?.parts ?? [];
    return part?.kind === "tool-call" ? part.input : part;
  };
  const first = { name: "f", willContinue: true };
  const set = (jsonPath: string, value: JsonObject) => ({ partialArgs: [{ jsonPath, ...value }], willContinue: true });

  test("are put together by their paths", () => {
    expect(
      inputOf(
        first,
        set("$.place.city", { stringValue: "Bos", willContinue: true }),
        set("$.place.city", { stringValue: "ton", willContinue: true }),
        set("$.place.city", { stringValue: "" }),
        set("$.days[0]['the name']", { stringValue: "Mon" }),
        set('$.days[1]["n"]', { numberValue: 1.5 }),
        set("$.isSure", { boolValue: false }),
        set("$.note", { nullValue: "NULL_VALUE" }),
        {},
      ),
    ).toBe('{"place":{"city":"Boston"},"days":[{"the name":"Mon"},{"n":1.5}],"isSure":false,"note":null}');
  });

  test("none are an empty object", () => {
    expect(inputOf(first, {})).toBe("{}");
  });

  test("a text at the same path that was not to go on is another", () => {
    expect(inputOf(first, set("$.a", { stringValue: "x" }), set("$.a", { stringValue: "y" }), {})).toBe('{"a":"y"}');
  });

  test("a name that objects inherit is a name like others", () => {
    expect(inputOf(first, set("$.__proto__.a", { stringValue: "x" }), {})).toBe('{"__proto__":{"a":"x"}}');
  });

  test("a call that another part or the end cuts short is ended first", () => {
    const events = eventsIn([callPiece(first), chunk([{ text: "Hm" }]), callPiece({ ...first, name: "g" })]);
    expect(kindsOf(events)).toBe("start part-start delta part-end part-start delta part-end part-start delta part-end");
  });

  test.each<readonly [string, readonly JsonObject[]]>([
    ["a piece of no call", [{ partialArgs: [] }]],
    ["a call without a name", [{ name: 7, willContinue: true }]],
    ["a path that is none", [first, set("place", { stringValue: "x" })]],
    ["the whole as a path", [first, set("$", { stringValue: "x" })]],
    ["half a path", [first, set("$.a[", { stringValue: "x" })]],
    ["a place far beyond the list", [first, set("$.a[4000000000]", { stringValue: "x" })]],
  ])("%s makes no sense", (_title, pieces) => {
    const attempt = () => eventsIn(pieces.map(callPiece));
    expect(attempt).toThrow(AppError);
    expect(attempt).toThrow(expect.objectContaining({ code: "upstream_failed" }));
  });
});
