import { describe, expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import type { JsonObject } from "#lib/gateway/conversation";
import type { PartOpening, ReplyEvent } from "#lib/gateway/reply";
import { collectReply } from "#tests/support/collect-reply";
import { createStreamDecoder } from "./decode-stream.ts";
import { createArrayStreamEncoder, createStreamEncoder } from "./encode-stream.ts";
import { CONTEXT, chunksOf, eventsIn } from "./fixtures/exchange.ts";

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

const start: ReplyEvent = { kind: "start", id: "r1", model: "upstream", createdAtS: 1_760_000_000 };
const finish: ReplyEvent = { kind: "finish", choice: 0, finish: { kind: "stop" } };
const part = (index: number, of: PartOpening, ...deltas: readonly string[]): readonly ReplyEvent[] => [
  { kind: "part-start", choice: 0, part: index, of },
  ...deltas.map((text): ReplyEvent => ({ kind: "delta", choice: 0, part: index, text })),
  { kind: "part-end", choice: 0, part: index },
];
const written = (events: readonly ReplyEvent[]) => {
  const encoder = createStreamEncoder(CONTEXT);
  return chunksOf(events.map((event) => encoder.push(event)).join(""));
};
const partsOf = (events: readonly ReplyEvent[]) =>
  written([start, ...events]).flatMap(({ candidates }) =>
    Array.isArray(candidates) ? candidates.flatMap((candidate) => candidate.content.parts) : [],
  );

describe("writing a stream", () => {
  test("every piece of text leaves at once, in a chunk that is a whole response", () => {
    const encoder = createStreamEncoder(CONTEXT);
    encoder.push(start);
    encoder.push({ kind: "part-start", choice: 0, part: 0, of: { kind: "text" } });
    const frame = encoder.push({ kind: "delta", choice: 0, part: 0, text: "He" });
    expect(chunksOf(frame)).toStrictEqual([
      {
        candidates: [{ content: { parts: [{ text: "He" }], role: "model" }, index: 0 }],
        modelVersion: "model-1",
        createTime: "2025-10-09T08:53:20.000Z",
        responseId: "r1",
      },
    ]);
  });

  test("the last chunk ends every candidate and holds the usage, which may come before or after the finish", () => {
    const usage: ReplyEvent = {
      kind: "usage",
      usage: {
        inputTokens: 5,
        cachedInputTokens: 0,
        cacheWriteTokens: 0,
        outputTokens: 2,
        reasoningTokens: 0,
        isEstimated: false,
      },
    };
    const first = written([start, usage, ...part(0, { kind: "text" }, "a"), finish, { kind: "end" }]);
    const last = written([start, ...part(0, { kind: "text" }, "a"), finish, usage, { kind: "end" }]);
    expect(first).toStrictEqual(last);
    expect(last).toHaveLength(2);
    expect(last.at(-1)).toMatchObject({
      candidates: [{ content: { parts: [{ text: "" }], role: "model" }, finishReason: "STOP", index: 0 }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 },
    });
  });

  test("a call is written whole when its arguments are; an input that is no object is wrapped", () => {
    const of: PartOpening = { kind: "tool-call", id: "a", name: "f" };
    expect(
      partsOf([...part(0, of, '{"n":', "12345678901234567890}"), ...part(1, of, "{brok"), ...part(2, of)]),
    ).toEqual([
      { functionCall: { id: "a", name: "f", args: { n: expect.anything() } } },
      { functionCall: { id: "a", name: "f", args: { _raw: "{brok" } } },
      { functionCall: { id: "a", name: "f", args: {} } },
    ]);
    const encoder = createStreamEncoder(CONTEXT);
    const text = part(0, of, '{"n":', "12345678901234567890}")
      .map((event) => encoder.push(event))
      .join("");
    expect(text).toContain('"args":{"n":12345678901234567890}');
  });

  test("proofs follow their text; a thought that is only Gemini's proof goes onto the next part or stands alone", () => {
    const signature = { origin: "gemini", value: "cw==" } as const;
    const bare: PartOpening = { kind: "reasoning", form: "full", isRedacted: true, signature };
    expect(
      partsOf([
        { kind: "part-start", choice: 0, part: 0, of: { kind: "reasoning", form: "summary" } },
        { kind: "delta", choice: 0, part: 0, text: "Hm" },
        { kind: "signature", choice: 0, part: 0, signature: { origin: "anthropic-messages", value: "x" } },
        { kind: "part-end", choice: 0, part: 0 },
        ...part(1, bare),
        ...part(2, { kind: "tool-call", id: "a", name: "f" }, "{}"),
        ...part(3, bare),
        ...part(4, { kind: "refusal" }, "No."),
        ...part(5, bare),
        finish,
        { kind: "end" },
      ]),
    ).toStrictEqual([
      { thought: true, text: "Hm" },
      { thought: true, text: "", thoughtSignature: "sy1.anthropic-messages..x" },
      { functionCall: { id: "a", name: "f", args: {} }, thoughtSignature: "cw==" },
      { text: "", thoughtSignature: "cw==" },
      { text: "No." },
      { text: "", thoughtSignature: "cw==" },
    ]);
  });

  test("thoughts that another provider withheld come back with the next turn", () => {
    const signature = { origin: "anthropic-messages", value: "secret" } as const;
    const of: PartOpening = { kind: "reasoning", form: "full", isRedacted: true, signature };
    const again = collectReply(eventsIn(written([start, ...part(0, of), finish, { kind: "end" }])));
    expect(again.choices[0]?.parts).toStrictEqual([{ ...of, text: "" }]);
  });

  test("parts that come whole are written at once; what cannot be said is reported", () => {
    const encoder = createStreamEncoder(CONTEXT);
    const openings: readonly PartOpening[] = [
      { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" } },
      { kind: "foreign", dialect: "gemini", value: { executableCode: { code: "1" } } },
      { kind: "foreign", dialect: "anthropic-messages", value: { type: "server_tool_use" } },
    ];
    const frames = openings.flatMap((of, index) => part(index, of)).map((event) => encoder.push(event));
    expect(frames.filter((frame) => frame !== "")).toHaveLength(2);
    expect(encoder.losses()).toStrictEqual([{ field: "choices.0.parts.2", weight: "meaning" }]);
  });

  test("a failed stream ends with the error and has no finish", () => {
    const encoder = createStreamEncoder(CONTEXT);
    const text = [start, ...part(0, { kind: "text" }, "a"), finish].map((event) => encoder.push(event)).join("");
    const chunks = chunksOf(text + encoder.fail(new AppError("upstream_failed", "Broken.")));
    expect(chunks.at(-1)).toMatchObject({ error: { code: 502, status: "UNAVAILABLE", message: "Broken." } });
    expect(JSON.stringify(chunks)).not.toContain("finishReason");
  });
});

describe("writing a stream as one JSON array", () => {
  test("the frames are one array, element by element", () => {
    const encoder = createArrayStreamEncoder(CONTEXT);
    const frames = [start, ...part(0, { kind: "text" }, "a", "b"), finish, { kind: "end" } as const]
      .map((event) => encoder.push(event))
      .filter((frame) => frame !== "");
    expect(frames.map((frame) => frame.slice(0, 4))).toStrictEqual(['[{"c', ",\r\n{", ",\r\n{"]);
    expect(JSON.parse(frames.join(""))).toHaveLength(3);
  });

  test("an empty stream is an empty array, a failure closes the array", () => {
    expect(createArrayStreamEncoder(CONTEXT).push({ kind: "end" })).toBe("[]");
    const failed = createArrayStreamEncoder(CONTEXT).fail(new AppError("internal", "Oh."));
    expect(JSON.parse(failed)).toMatchObject([{ error: { code: 500, status: "INTERNAL" } }]);
  });
});
