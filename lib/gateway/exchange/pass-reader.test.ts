import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openAiChatPassage } from "../dialects/openai-chat/passage.ts";
import { createPassReader } from "./pass-reader.ts";
import type { StreamState } from "./stream-state.ts";

const RECORDINGS = fileURLToPath(new URL("../../../../shared/recordings/ai-sdk/", import.meta.url));

/** Providers whose recorded streams are OpenAI chat chunks. */
const SPEAKERS = ["alibaba", "deepseek/chat", "groq", "mistral", "moonshotai", "openai-compatible", "xai"];

const sse = (lines: readonly string[], end = "\n\n") =>
  Buffer.from([...lines, "[DONE]"].map((line) => `data: ${line}${end}`).join(""));

function recordedStreams(): (readonly [string, Buffer])[] {
  return SPEAKERS.flatMap((speaker) =>
    readdirSync(RECORDINGS + speaker)
      .filter((name) => name.endsWith(".chunks.txt"))
      .map((name) => [`${speaker}/${name}`, readFileSync(`${RECORDINGS}${speaker}/${name}`, "utf8")] as const)
      .filter(([, text]) => text.includes('"chat.completion.chunk"'))
      .map(([name, text]) => [name, sse(text.split("\n").filter(Boolean))] as const),
  );
}

type Edits = { model: string | undefined; withoutUsage: boolean; wantsUsage?: boolean };

const createStreamReader = (edits: Edits) =>
  createPassReader({
    passage: openAiChatPassage,
    edits,
    wantsUsage: edits.wantsUsage ?? false,
    framing: "events",
    requestId: "r",
  });

function readAt(bytes: Buffer, cuts: readonly number[], edits: Edits): { text: string; state: StreamState } {
  const reader = createStreamReader(edits);
  const out: Buffer[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    out.push(Buffer.from(reader.push(bytes.subarray(from, cut))));
    from = cut;
  }
  out.push(Buffer.from(reader.end()));
  return { text: Buffer.concat(out).toString("utf8"), state: reader.state() };
}

const BYTES_READ_MAX = 4_000_000;

const UNTOUCHED: Edits = { model: undefined, withoutUsage: false };
const EDITED: Edits = { model: "shown", withoutUsage: true };

describe.each(recordedStreams())("the recorded stream %s", (_name, bytes) => {
  it("passes through byte for byte when nothing has to be edited, its usage read", () => {
    const { text, state } = readAt(bytes, [], UNTOUCHED);
    expect(text).toBe(bytes.toString("utf8"));
    expect(state).toMatchObject({ isDone: true, isFinished: true, error: undefined });
    expect(state.usage?.outputTokens ?? 1).toBeGreaterThan(0);
  });

  it.each([UNTOUCHED, EDITED])("gives the same output and usage for every single cut (%o)", (edits) => {
    const whole = readAt(bytes, [], edits);
    // Every cut of a short recording, evenly spread ones of a long: the work grows with the square of its length.
    const step = Math.ceil(bytes.length ** 2 / BYTES_READ_MAX);
    for (let cut = 1; cut < bytes.length; cut += step) {
      const split = readAt(bytes, [cut], edits);
      if (split.text !== whole.text) expect(split.text, `cut at ${cut}`).toBe(whole.text);
      expect(split.state).toEqual(whole.state);
    }
  });

  it("gives the same output and usage for any set of cuts, one byte at a time included", () => {
    const whole = readAt(bytes, [], EDITED);
    const everyByte = Array.from({ length: bytes.length - 1 }, (_, at) => at + 1);
    expect(readAt(bytes, everyByte, EDITED)).toEqual(whole);
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 40 });
    fc.assert(
      fc.property(cuts, (some) => {
        expect(
          readAt(
            bytes,
            some.sort((left, right) => left - right),
            EDITED,
          ),
        ).toEqual(whole);
      }),
      { numRuns: Math.min(50, Math.ceil(BYTES_READ_MAX / bytes.length)) },
    );
  });
});

describe("a stream", () => {
  const chunk = (delta: unknown, more: Record<string, unknown> = {}) =>
    JSON.stringify({
      id: "x",
      model: "upstream",
      choices: [{ index: 0, delta, finish_reason: null }],
      usage: null,
      ...more,
    });

  it("keeps integers beyond 2^53, unknown fields and key order while it is edited", () => {
    const odd =
      '{"z":1,"model":"upstream","big":9007199254740993,"choices":[{"index":0,"delta":{"content":"é"},"finish_reason":"stop"}],"usage":null}';
    const { text } = readAt(sse([odd]), [], EDITED);
    expect(text).toContain(
      '{"z":1,"model":"shown","big":9007199254740993,"choices":[{"index":0,"delta":{"content":"é"},"finish_reason":"stop"}]}',
    );
  });

  it.each(["\r\n\r\n", "\r\r", "\n\n"])("may end its events with %j, cut anywhere", (end) => {
    const bytes = sse([chunk({ content: "a" }), chunk({ content: "b" })], end);
    const whole = readAt(bytes, [], UNTOUCHED);
    // A lone CR at the very end may be half of a CRLF, so the end of the stream completes it.
    expect(whole.text.trimEnd()).toBe(bytes.toString().trimEnd());
    for (let cut = 1; cut < bytes.length; cut++) expect(readAt(bytes, [cut], UNTOUCHED)).toEqual(whole);
  });

  it("drops what comes after [DONE] and after an error", () => {
    const after = Buffer.concat([sse([chunk({ content: "a" })]), sse([chunk({ content: "late" })])]);
    expect(readAt(after, [], UNTOUCHED).text).not.toContain("late");
    const failed = sse(['{"error":{"message":"boom"}}', chunk({ content: "late" })]);
    const { text, state } = readAt(failed, [], UNTOUCHED);
    expect(text).toBe("");
    expect(state.error).toEqual({ message: "boom" });
  });

  it("takes the last usage when it comes several times, and none that is nonsense", () => {
    const usage = (completion: unknown) => ({ usage: { prompt_tokens: 5, completion_tokens: completion } });
    const { state } = readAt(
      sse([chunk({}, usage(1)), chunk({}, usage(9)), chunk({}, usage(-1)), chunk({}, usage(1e18))]),
      [],
      UNTOUCHED,
    );
    expect(state.usage?.outputTokens).toBe(9);
  });

  it("tells usage in a chunk of its own to who asked, when the upstream says it along the way", () => {
    const usage = { prompt_tokens: 5, completion_tokens: 2 };
    const bytes = sse([chunk({ content: "a" }), chunk({}, { usage, big: 9007199254740993n.toString() })]);
    const { text } = readAt(bytes, [], { ...UNTOUCHED, wantsUsage: true });
    const chunks = text
      .split("\n\n")
      .filter((line) => line.startsWith("data: {"))
      .map((line) => JSON.parse(line.slice(6)));
    expect(chunks.map(({ choices, usage: said }) => [choices.length, said])).toEqual([
      [1, null],
      [1, null],
      [0, usage],
    ]);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    const whole = sse([chunk({ content: "a" }), JSON.stringify({ id: "x", choices: [], usage })]);
    expect(readAt(whole, [], { ...UNTOUCHED, wantsUsage: true }).text).toBe(whole.toString());
  });

  it("refuses an event over the bound", () => {
    const reader = createStreamReader(UNTOUCHED);
    expect(() => reader.push(Buffer.alloc(1_100_000, "a"))).toThrow("too large");
  });
});
