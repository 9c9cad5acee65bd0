import { describe, expect, test } from "vitest";
import type { JsonObject } from "#lib/gateway/conversation";
import { parseExact } from "#lib/gateway/json-exact";
import { objectIn } from "../read.ts";
import { openAiChatCodec } from "./codec.ts";
import { DECODE } from "./fixtures/stream.ts";

const { decodeReply } = openAiChatCodec;

const bodyWith = (message: JsonObject, choice: JsonObject = {}): JsonObject => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_760_000_001,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop", ...choice }],
});
const choiceOf = (message: JsonObject, choice: JsonObject = {}) =>
  decodeReply(bodyWith(message, choice), DECODE).choices[0];
const partsOf = (message: JsonObject) => choiceOf(message)?.parts;
const text = (value: string) => ({ kind: "text", text: value });

describe("a whole answer", () => {
  test("its head, text, finish and usage are read", () => {
    const body = {
      ...bodyWith({ content: "Hi" }),
      usage: { prompt_tokens: 1, completion_tokens: 2 },
      service_tier: "flex",
    };
    expect(decodeReply(body, DECODE)).toEqual({
      id: "chatcmpl-1",
      model: "m",
      createdAtS: 1_760_000_001,
      choices: [{ index: 0, parts: [text("Hi")], finish: { kind: "stop" } }],
      usage: {
        inputTokens: 1,
        cachedInputTokens: 0,
        cacheWriteTokens: 0,
        outputTokens: 2,
        reasoningTokens: 0,
        isEstimated: false,
      },
      serviceTier: "flex",
    });
  });

  test("an id and a time that it lacks are minted from the request's", () => {
    const { id: _id, created: _created, ...body } = bodyWith({ content: "Hi" });
    expect(decodeReply(body, DECODE)).toMatchObject({
      id: "chatcmpl-0199c0de000070008000000000000001",
      createdAtS: DECODE.createdAtS,
    });
  });

  test("several choices stay apart", () => {
    const choices = [
      { index: 0, message: { content: "a" }, finish_reason: "stop" },
      { index: 1, message: { content: "b" }, finish_reason: "length" },
    ];
    expect(decodeReply({ choices }, DECODE).choices).toEqual([
      { index: 0, parts: [text("a")], finish: { kind: "stop" } },
      { index: 1, parts: [text("b")], finish: { kind: "length" } },
    ]);
  });

  test("a choice without a finish is another end", () => {
    expect(choiceOf({ content: "a" }, { finish_reason: null })?.finish).toEqual({ kind: "other" });
  });

  test("fields that are not known are kept, of the answer, the choice and the message", () => {
    const reply = decodeReply({ ...bodyWith({ content: "a", x: 1 }, { y: 2 }), system_fingerprint: "fp" }, DECODE);
    expect(reply.extras).toEqual({ dialect: "openai-chat", fields: { system_fingerprint: "fp" } });
    expect(reply.choices[0]?.extras).toEqual({ dialect: "openai-chat", fields: { y: 2, "message.x": 1 } });
  });

  test.each([{}, { choices: [] }, { choices: ["a"] }, { error: { message: "no" } }])("502: %j is no answer", (body) => {
    expect(() => decodeReply(body, DECODE)).toThrow(expect.objectContaining({ code: "upstream_failed" }));
  });
});

describe("what a message says", () => {
  test("thoughts, text, refusal and calls become parts in this order", () => {
    const calls = [
      { id: "c1", type: "function", function: { name: "f", arguments: '{"a": 1.0}' } },
      { id: "c2", type: "custom", custom: { name: "g", input: "free" } },
    ];
    expect(choiceOf({ content: "a", reasoning_content: "hm", refusal: "no", tool_calls: calls })).toEqual({
      index: 0,
      parts: [
        { kind: "reasoning", form: "full", text: "hm" },
        text("a"),
        { kind: "refusal", text: "no" },
        { kind: "tool-call", id: "c1", name: "f", input: '{"a": 1.0}' },
        { kind: "tool-call", id: "c2", name: "g", input: "free", isCustom: true },
      ],
      finish: { kind: "tool-calls" },
    });
  });

  test("detailed thoughts keep their form and proofs", () => {
    const details = [
      { type: "reasoning.summary", summary: "short", signature: "S", index: 0 },
      { type: "reasoning.encrypted", data: "E", id: "rs_1", index: 1 },
    ];
    expect(partsOf({ content: "a", reasoning: "short", reasoning_details: details })).toEqual([
      { kind: "reasoning", form: "summary", text: "short", signature: { origin: "openai-chat", value: "S" } },
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

  test("Mistral's thinking is thought, and what nobody else knows is kept in its place", () => {
    const reference = { type: "reference", reference_ids: [1] };
    const content = [
      {
        type: "thinking",
        thinking: [
          { type: "text", text: "h" },
          { type: "text", text: "m" },
        ],
      },
      { type: "text", text: "a" },
      { type: "text", text: "b" },
      reference,
      { type: "text", text: "c" },
    ];
    expect(partsOf({ content })).toEqual([
      { kind: "reasoning", form: "full", text: "hm" },
      text("ab"),
      { kind: "foreign", dialect: "openai-chat", value: reference },
      text("c"),
    ]);
  });

  test("citations are read onto the text, with offsets and the words cited", () => {
    const page = { url: "https://a", title: "A", start_index: 1, end_index: 2, content: "words" };
    const citation = { type: "url_citation", url_citation: page };
    const other = { type: "file_citation", file_id: "f" };
    expect(partsOf({ content: "abc", annotations: [citation, other] })).toEqual([
      {
        ...text("abc"),
        citations: [
          {
            url: "https://a",
            title: "A",
            citedText: "words",
            start: 1,
            end: 2,
            original: { dialect: "openai-chat", value: citation },
          },
          { original: { dialect: "openai-chat", value: other } },
        ],
      },
    ]);
  });

  test("audio and images are read", () => {
    const audio = { id: "audio_1", data: "AAAA", transcript: "hi", expires_at: 5 };
    const images = [{ type: "image_url", image_url: { url: "data:image/png;base64,BBBB" } }];
    expect(partsOf({ content: null, audio, images })).toEqual([
      { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "BBBB" } },
      {
        kind: "audio",
        format: "",
        base64: "AAAA",
        transcript: "hi",
        id: "audio_1",
        extras: { dialect: "openai-chat", fields: { expires_at: 5 } },
      },
    ]);
  });

  test("a legacy function call is a call with an id of ours", () => {
    expect(
      choiceOf({ content: null, function_call: { name: "f", arguments: "{}" } }, { finish_reason: "function_call" }),
    ).toEqual({
      index: 0,
      parts: [{ kind: "tool-call", id: "call_0199c0de0000700080000000000000010", name: "f", input: "{}" }],
      finish: { kind: "tool-calls" },
    });
  });

  test("arguments that come as an object are written as its JSON, to the last digit", () => {
    const body = `{"choices":[{"message":{"tool_calls":[{"id":"c","function":{"name":"f","arguments":{"n":12345678901234567890}}}]}}]}`;
    expect(decodeReply(objectIn(parseExact(body)) ?? {}, DECODE).choices[0]?.parts).toEqual([
      { kind: "tool-call", id: "c", name: "f", input: '{"n":12345678901234567890}' },
    ]);
  });

  test("502: a call without a name makes no sense", () => {
    expect(() => partsOf({ tool_calls: [{ id: "c", function: { arguments: "{}" } }] })).toThrow(
      expect.objectContaining({ code: "upstream_failed" }),
    );
  });

  test("log-probabilities are read, however small", () => {
    const body = `{"choices":[{"message":{"content":"a"},"finish_reason":"stop","logprobs":{"content":[{"token":"a","logprob":-1.9e-07,"bytes":[97],"top_logprobs":[{"token":"b","logprob":-15.5,"bytes":null},{"token":"c","logprob":-16}]}],"refusal":null}}]}`;
    expect(decodeReply(objectIn(parseExact(body)) ?? {}, DECODE).choices[0]?.logprobs).toEqual([
      {
        token: "a",
        logprob: -1.9e-7,
        bytes: [97],
        top: [
          { token: "b", logprob: -15.5, bytes: null },
          { token: "c", logprob: -16 },
        ],
      },
    ]);
  });
});
