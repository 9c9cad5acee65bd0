import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import { NO_USAGE } from "#lib/base/request-record";
import type { JsonObject } from "#lib/gateway/conversation";
import type { PartOpening, ReplyEvent } from "#lib/gateway/reply";
import { eventsOf, reasoningOf, replies } from "#tests/support/conversations";
import type { ReplyContext } from "../codec.ts";
import { listIn, objectIn } from "../read.ts";
import { openAiChatCodec } from "./codec.ts";
import { faultsOf, readWithClient } from "./fixtures/faults.ts";
import { chunksOf, dataOf, encodeEvents, REPLY } from "./fixtures/stream.ts";

const START: ReplyEvent = { kind: "start", id: "reply_1", model: "upstream-model", createdAtS: 1_760_000_001 };
const END: ReplyEvent = { kind: "end" };
const USAGE: ReplyEvent = { kind: "usage", usage: { ...NO_USAGE, inputTokens: 3, outputTokens: 2 } };
const finish = (choice = 0): ReplyEvent => ({ kind: "finish", choice, finish: { kind: "stop" } });
const begin = (part: number, of: PartOpening, choice = 0): ReplyEvent => ({ kind: "part-start", choice, part, of });
const delta = (part: number, text: string, choice = 0): ReplyEvent => ({ kind: "delta", choice, part, text });
const stop = (part: number, choice = 0): ReplyEvent => ({ kind: "part-end", choice, part });
const text = (part: number, value: string, choice = 0) => [
  begin(part, { kind: "text" }, choice),
  delta(part, value, choice),
  stop(part, choice),
];
const CALL = { kind: "tool-call", id: "c1", name: "f" } as const;

const choicesOf = (events: readonly ReplyEvent[], context: Partial<ReplyContext> = {}) =>
  chunksOf(encodeEvents([START, ...events], context)).flatMap(({ choices }) =>
    listIn(choices).map((choice) => objectIn(choice) ?? {}),
  );
/** The deltas of a stream after the one that opens it. */
const deltasOf = (events: readonly ReplyEvent[], context: Partial<ReplyContext> = {}) =>
  choicesOf(events, context)
    .slice(1)
    .map((choice) => choice.delta);

function lossesOf(events: readonly ReplyEvent[], request: JsonObject = {}) {
  const encoder = openAiChatCodec.createStreamEncoder({ ...REPLY, request });
  for (const event of [START, ...events]) encoder.push(event);
  return encoder.losses();
}

describe("a written stream", () => {
  test("keeps the rules of a stream, with thoughts and without, with usage and without", () => {
    fc.assert(
      fc.property(
        replies,
        fc.array(reasoningOf("gemini"), { maxLength: 2 }),
        fc.boolean(),
        (given, thoughts, wantsUsage) => {
          const choices = given.choices.map((choice) => ({ ...choice, parts: [...thoughts, ...choice.parts] }));
          const written = encodeEvents(eventsOf({ ...given, choices }), { wantsUsage });
          expect(faultsOf(written, wantsUsage)).toEqual([]);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("is put together by the official client", async () => {
    const property = fc.asyncProperty(replies, async (given) => {
      const { choices } = await readWithClient(encodeEvents(eventsOf(given)));
      const parts = given.choices[0]?.parts ?? [];
      const said = parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
      const calls = parts.filter((part) => part.kind === "tool-call");
      expect(choices[0]?.message.content).toBe(said);
      expect(choices[0]?.message.tool_calls ?? []).toMatchObject(
        calls.map(({ id, name, input }) => ({ id, type: "function", function: { name, arguments: input } })),
      );
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test("opens at once, before the upstream has said anything", () => {
    const encoder = openAiChatCodec.createStreamEncoder({ ...REPLY, wantsUsage: false });
    const first = {
      id: "reply_1",
      object: "chat.completion.chunk",
      created: 1_760_000_001,
      model: "model-1",
      choices: [{ index: 0, delta: { role: "assistant", content: "", refusal: null }, finish_reason: null }],
    };
    expect(encoder.push(START)).toBe(`data: ${JSON.stringify(first)}\n\n`);
  });

  test("each piece is written at once", () => {
    const encoder = openAiChatCodec.createStreamEncoder(REPLY);
    encoder.push(START);
    encoder.push(begin(0, { kind: "text" }));
    expect(encoder.push(delta(0, "a"))).toContain('"content":"a"');
    expect(encoder.push(delta(0, ""))).toBe("");
  });

  test.each([
    ["before", [USAGE, finish()]],
    ["after", [finish(), USAGE]],
  ])("usage that comes %s the finish is the last chunk, where it was asked for", (_name, events) => {
    const written = encodeEvents([START, ...text(0, "a"), ...events, END]);
    expect(faultsOf(written, true)).toEqual([]);
    expect(chunksOf(written).at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } });
    expect(encodeEvents([START, ...events, END], { wantsUsage: false })).not.toContain("usage");
  });

  test("usage that only the start told is written, and the last word on it counts", () => {
    const start: ReplyEvent = { ...START, usage: { ...NO_USAGE, inputTokens: 9 } };
    expect(chunksOf(encodeEvents([start, finish(), END])).at(-1)).toMatchObject({ usage: { prompt_tokens: 9 } });
    expect(chunksOf(encodeEvents([start, finish(), USAGE, END])).at(-1)).toMatchObject({ usage: { prompt_tokens: 3 } });
  });

  test("usage that is not known is not written", () => {
    expect(dataOf(encodeEvents([START, finish(), END])).at(-1)).toBe("[DONE]");
    expect(chunksOf(encodeEvents([START, finish(), END])).at(-1)).toMatchObject({ usage: null });
  });

  test("choices that take turns each open and finish once", () => {
    const events = [...text(0, "a"), ...text(0, "x", 1), finish(1), finish(), finish(), END];
    expect(faultsOf(encodeEvents([START, ...events]), true)).toEqual([]);
    expect(choicesOf(events).map(({ index }) => index)).toEqual([0, 0, 1, 1, 1, 0]);
  });

  test("a choice that nobody finished is finished at the end", () => {
    const written = encodeEvents([START, begin(0, CALL), delta(0, "{}"), stop(0), END]);
    expect(faultsOf(written, true)).toEqual([]);
    expect(written).toContain('"finish_reason":"tool_calls"');
  });

  test("a failure ends it with one error frame and no `[DONE]`", () => {
    const encoder = openAiChatCodec.createStreamEncoder(REPLY);
    encoder.push(START);
    expect(encoder.push({ kind: "error", body: { message: "secret" } })).toBe("");
    const written = encoder.fail(new AppError("upstream_failed", "The upstream failed."));
    expect(dataOf(written).map((data) => JSON.parse(data))).toEqual([
      { error: { message: "The upstream failed.", type: "upstream_error", param: null, code: "upstream_failed" } },
    ]);
  });
});

describe("what a written stream says", () => {
  test("refusals and texts", () => {
    expect(deltasOf([...text(0, "a"), begin(1, { kind: "refusal" }), delta(1, "no"), stop(1)])).toEqual([
      { content: "a" },
      { refusal: "no" },
    ]);
  });

  test("thoughts come plain and as pieces of an entry, their proof as its last piece", () => {
    const events: readonly ReplyEvent[] = [
      begin(0, { kind: "reasoning", form: "summary" }),
      delta(0, "h"),
      { kind: "signature", choice: 0, part: 0, signature: { origin: "openai-responses", value: "E", itemId: "rs_1" } },
      stop(0),
      begin(1, { kind: "reasoning", form: "full", isRedacted: true, signature: { origin: "openai-chat", value: "D" } }),
      stop(1),
    ];
    expect(deltasOf(events)).toEqual([
      { reasoning_content: "h", reasoning_details: [{ type: "reasoning.summary", summary: "h", index: 0 }] },
      {
        reasoning_details: [
          { type: "reasoning.summary", summary: "", signature: "sy1.openai-responses.cnNfMQ.E", index: 0 },
        ],
      },
      { reasoning_details: [{ type: "reasoning.encrypted", data: "D", index: 1 }] },
    ]);
  });

  test("parallel calls have indices that rise from 0", () => {
    const events = [
      ...text(0, "a"),
      begin(1, { ...CALL, signature: { origin: "gemini", value: "S" } }),
      delta(1, "{}"),
      stop(1),
      begin(2, { kind: "tool-call", id: "c2", name: "g", isCustom: true }),
      delta(2, "free"),
      stop(2),
    ];
    expect(deltasOf(events).slice(1)).toEqual([
      {
        tool_calls: [
          {
            index: 0,
            id: "c1",
            type: "function",
            function: { name: "f", arguments: "" },
            extra_content: { google: { thought_signature: "S" } },
          },
        ],
      },
      { tool_calls: [{ index: 0, function: { arguments: "{}" } }] },
      { tool_calls: [{ index: 1, id: "c2", type: "custom", custom: { name: "g", input: "" } }] },
      { tool_calls: [{ index: 1, custom: { input: "free" } }] },
    ]);
  });

  test("Gemini's proofs of a call and of a text come when they are told", () => {
    const signature = { origin: "gemini", value: "S" } as const;
    const events: readonly ReplyEvent[] = [
      begin(0, { kind: "text" }),
      delta(0, "a"),
      { kind: "signature", choice: 0, part: 0, signature },
      stop(0),
      begin(1, CALL),
      { kind: "signature", choice: 0, part: 1, signature },
      stop(1),
    ];
    expect(deltasOf(events)).toMatchObject([
      { content: "a" },
      { reasoning_details: [{ type: "reasoning.encrypted", data: "sy1.gemini..S", index: 0 }] },
      { tool_calls: [{ index: 0, id: "c1" }] },
      { tool_calls: [{ index: 0, extra_content: { google: { thought_signature: "S" } } }] },
    ]);
  });

  test("a legacy caller is given its one function call, and told of a second one as a loss", () => {
    const request = { functions: [{ name: "f" }] };
    const events = [begin(0, CALL), delta(0, "{}"), stop(0), begin(1, { ...CALL, id: "c2" }), delta(1, "x"), finish()];
    expect(deltasOf(events, { request })).toEqual([
      { function_call: { name: "f", arguments: "" } },
      { function_call: { arguments: "{}" } },
      {},
    ]);
    expect(choicesOf(events, { request }).at(-1)).toMatchObject({ finish_reason: "function_call" });
    expect(lossesOf(events, request)).toEqual([{ field: "choices.0.parts.1", weight: "meaning" }]);
  });

  test("citations count from the start of the whole text; one without an address is a harmless loss", () => {
    const original = { dialect: "gemini", value: {} } as const;
    const cited = (start: number | undefined, url: string | undefined): ReplyEvent => ({
      kind: "citation",
      choice: 0,
      part: 1,
      citation: { url, start, original },
    });
    const events = [
      ...text(0, "ab"),
      begin(1, { kind: "text" }),
      delta(1, "cde"),
      cited(1, "https://a"),
      cited(0, undefined),
    ];
    expect(deltasOf(events).at(-1)).toEqual({
      annotations: [
        { type: "url_citation", url_citation: { url: "https://a", title: "", start_index: 3, end_index: 5 } },
      ],
    });
    expect(lossesOf(events)).toEqual([{ field: "choices.0.parts.1.citations", weight: "harmless" }]);
  });

  test("log-probabilities come as those of the content or of the refusal", () => {
    const tokens = [{ token: "a", logprob: -1, bytes: null, top: [] }];
    const weighed = (kind: "text" | "refusal") =>
      choicesOf([begin(0, { kind }), delta(0, "a"), { kind: "logprobs", choice: 0, part: 0, tokens }]).at(-1)?.logprobs;
    const written = [{ token: "a", logprob: -1, bytes: null, top_logprobs: [] }];
    expect(weighed("text")).toEqual({ content: written, refusal: null });
    expect(weighed("refusal")).toEqual({ content: null, refusal: written });
  });

  test("parts that come whole: images, audio, and what this dialect's providers alone say", () => {
    const value = { type: "reference" };
    const events = [
      begin(0, { kind: "image", media: { kind: "url", url: "https://a" } }),
      begin(1, { kind: "audio", format: "pcm16", base64: "AAAA", id: "audio_1" }),
      begin(2, { kind: "foreign", dialect: "openai-chat", value }),
    ];
    expect(deltasOf(events)).toEqual([
      { images: [{ type: "image_url", image_url: { url: "https://a" } }] },
      { audio: { id: "audio_1", data: "AAAA" } },
      { content: [value] },
    ]);
  });

  test.each<PartOpening>([
    { kind: "file", media: { kind: "url", url: "https://a" } },
    { kind: "image", media: { kind: "stored", id: "f", origin: "gemini" } },
    { kind: "foreign", dialect: "openai-responses", value: { type: "web_search_call" } },
  ])("%j is a loss of meaning", (of) => {
    expect(deltasOf([begin(0, of), stop(0)])).toEqual([]);
    expect(lossesOf([begin(0, of), stop(0)])).toEqual([{ field: "choices.0.parts.0", weight: "meaning" }]);
  });
});
