import { describe, expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import type { JsonObject, Part } from "#lib/gateway/conversation";
import { decodeReply } from "./decode-reply.ts";
import { decodeRequest } from "./decode-request.ts";
import { encodeReply } from "./encode-reply.ts";
import { answer, choiceOf, written } from "./fixtures/answer.ts";
import { CONTEXT } from "./fixtures/exchange.ts";

const partsOf = (...parts: readonly JsonObject[]) => choiceOf({ content: { parts } })?.parts;

describe("a whole answer", () => {
  test("says who answered and when", () => {
    const body = answer({}, { responseId: "r1", modelVersion: "gemini-x", createTime: "2026-04-02T17:03:50.399550Z" });
    expect(decodeReply(body, CONTEXT)).toMatchObject({ id: "r1", model: "gemini-x", createdAtS: 1_775_149_430 });
  });

  test("a time that is none is not written", () => {
    const reply = { ...decodeReply(answer({}), CONTEXT), createdAtS: 1e20 };
    expect(encodeReply(reply, CONTEXT).body.createTime).toBeUndefined();
  });

  test("without an id, a time or a model it has the gateway's", () => {
    expect(decodeReply(answer({}), CONTEXT)).toMatchObject({
      id: CONTEXT.requestId,
      model: "",
      createdAtS: CONTEXT.createdAtS,
    });
  });

  test("is written under the name the caller knows", () => {
    const reply = { ...decodeReply(answer({}, { modelVersion: "upstream-name" }), CONTEXT), createdAtS: 1_760_000_000 };
    expect(encodeReply(reply, { ...CONTEXT, model: "public-name" }).body).toStrictEqual({
      candidates: [{ content: { parts: [{ text: "Hi" }], role: "model" }, finishReason: "STOP", index: 0 }],
      modelVersion: "public-name",
      createTime: "2025-10-09T08:53:20.000Z",
      responseId: CONTEXT.requestId,
    });
  });

  test("calls without an id get one of at most 40 characters, other for each", () => {
    const call = { functionCall: { name: "f", args: { a: 1 } } };
    const ids = partsOf(call, { ...call, functionCall: { ...call.functionCall, id: "own" } }, call)?.map((part) =>
      part.kind === "tool-call" ? part.id : part.kind,
    );
    expect(ids).toStrictEqual([
      "call_0198c0de00007000800000000000beef0",
      "own",
      "call_0198c0de00007000800000000000beef1",
    ]);
  });

  test("texts of one kind that follow each other are one part; a proof closes it", () => {
    expect(
      partsOf(
        { thought: true, text: "H" },
        { thought: true, text: "m", thoughtSignature: "cw==" },
        { text: "a" },
        { text: "b" },
        { text: "", thoughtSignature: "dA==" },
        { text: "c" },
        { text: "" },
      ),
    ).toStrictEqual([
      { kind: "reasoning", form: "summary", text: "Hm", signature: { origin: "gemini", value: "cw==" } },
      { kind: "text", text: "ab", signature: { origin: "gemini", value: "dA==" } },
      { kind: "text", text: "c" },
    ]);
  });

  test("what is not known, or makes no sense, is a foreign part", () => {
    const parts = [
      { executableCode: { code: "1" } },
      { text: 7 },
      { functionResponse: { name: "f" } },
      { brandNew: true },
    ];
    expect(partsOf({}, ...parts)).toStrictEqual(parts.map((value) => ({ kind: "foreign", dialect: "gemini", value })));
  });

  test("several candidates keep their index", () => {
    const body = {
      candidates: [
        { index: 1, finishReason: "STOP" },
        { index: 0, finishReason: "MAX_TOKENS" },
      ],
    };
    const { choices } = decodeReply(body, CONTEXT);
    expect(choices.map(({ index, finish }) => [index, finish.kind])).toStrictEqual([
      [1, "stop"],
      [0, "length"],
    ]);
    expect(encodeReply(decodeReply(body, CONTEXT), CONTEXT).body.candidates).toStrictEqual([
      { content: { role: "model" }, finishReason: "STOP", index: 1 },
      { content: { role: "model" }, finishReason: "MAX_TOKENS", index: 0 },
    ]);
  });

  test("log-probabilities are carried both ways", () => {
    const token = (name: string, logProbability: number) => ({ token: name, logProbability });
    const logprobsResult = {
      topCandidates: [{ candidates: [token("a", -0.1), token("b", -2)] }, { candidates: [] }],
      chosenCandidates: [token("a", -0.1), token("c", 0)],
    };
    const choice = choiceOf({ logprobsResult });
    expect(choice?.logprobs).toStrictEqual([
      {
        token: "a",
        logprob: -0.1,
        top: [
          { token: "a", logprob: -0.1 },
          { token: "b", logprob: -2 },
        ],
      },
      { token: "c", logprob: 0, top: [] },
    ]);
    expect(written({ logprobs: choice?.logprobs }).body).toMatchObject({ candidates: [{ logprobsResult }] });
  });

  test("what else a candidate or a reply says goes back as it was", () => {
    const body = answer(
      { finishMessage: "done", safetyRatings: [{ category: "C" }], avgLogprobs: -0.5 },
      { promptFeedback: { safetyRatings: [] } },
    );
    const { body: again } = encodeReply(decodeReply(body, CONTEXT), CONTEXT);
    expect(again).toMatchObject(body);
  });

  test("without a candidate it is no answer", () => {
    const attempt = () => decodeReply({ usageMetadata: { promptTokenCount: 1 } }, CONTEXT);
    expect(attempt).toThrow(AppError);
    expect(attempt).toThrow(expect.objectContaining({ code: "upstream_failed" }));
  });

  test("a prompt that was refused is an empty answer of the content filter, and is written so again", () => {
    const body = {
      promptFeedback: { blockReason: "SAFETY" },
      usageMetadata: { promptTokenCount: 4, totalTokenCount: 4 },
    };
    const reply = decodeReply(body, CONTEXT);
    expect(reply.choices).toStrictEqual([{ index: 0, parts: [], finish: { kind: "content-filter" } }]);
    expect(reply.usage?.inputTokens).toBe(4);
    const { body: again } = encodeReply(reply, CONTEXT);
    expect(again.candidates).toBeUndefined();
    expect(again.promptFeedback).toStrictEqual(body.promptFeedback);
  });
});

describe("what another dialect answered", () => {
  const comesBack = (...parts: readonly Part[]) => {
    const { body } = written({ parts });
    const [candidate] = Array.isArray(body.candidates) ? body.candidates : [];
    return decodeRequest({ contents: [candidate?.content] }).messages[0]?.parts;
  };

  test("proofs of every origin come back with the next turn", () => {
    const signature = { origin: "openai-responses", value: "enc==", itemId: "rs_1" } as const;
    const parts: readonly Part[] = [
      { kind: "reasoning", form: "summary", text: "Hm.", signature },
      {
        kind: "reasoning",
        form: "full",
        text: "",
        isRedacted: true,
        signature: { origin: "anthropic-messages", value: "secret" },
      },
      { kind: "tool-call", id: "a", name: "f", input: "{}", signature },
    ];
    expect(comesBack(...parts)).toStrictEqual(parts);
  });

  test.each(["{broken", "[1]", '"x"'])("the arguments %s, which are no object, come back in one", (input) => {
    const part: Part = { kind: "tool-call", id: "a", name: "f", input };
    expect(comesBack(part)).toStrictEqual([{ ...part, input: JSON.stringify({ _raw: input }) }]);
  });

  test("a refusal is a text, sounds and pictures are inline", () => {
    expect(
      written({
        parts: [
          { kind: "refusal", text: "No." },
          { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "AAAA" } },
          { kind: "audio", format: "wav", base64: "BBBB" },
        ],
      }),
    ).toMatchObject({
      body: {
        candidates: [
          {
            content: {
              parts: [
                { text: "No." },
                { inlineData: { mimeType: "image/png", data: "AAAA" } },
                { inlineData: { mimeType: "audio/wav", data: "BBBB" } },
              ],
            },
          },
        ],
      },
      losses: [],
    });
  });

  test("an item of its own cannot be said and is reported; Gemini's own is given back", () => {
    const own = { executableCode: { code: "1" } };
    const { body, losses } = written({
      parts: [
        { kind: "foreign", dialect: "anthropic-messages", value: { type: "server_tool_use" } },
        { kind: "foreign", dialect: "gemini", value: own },
      ],
    });
    expect(losses).toStrictEqual([{ field: "choices.0.parts.0", weight: "meaning" }]);
    expect(body).toMatchObject({ candidates: [{ content: { parts: [own] } }] });
  });
});
