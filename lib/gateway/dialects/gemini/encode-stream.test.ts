import { describe, expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import type { PartOpening, ReplyEvent } from "#lib/gateway/reply";
import { collectReply } from "#tests/support/collect-reply";
import { createArrayStreamEncoder, createStreamEncoder } from "./encode-stream.ts";
import { CONTEXT, chunksOf, eventsIn } from "./fixtures/exchange.ts";

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
