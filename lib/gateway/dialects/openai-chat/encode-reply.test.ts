import { describe, expect, test } from "vitest";
import type { JsonObject, Part } from "#lib/gateway/conversation";
import type { Choice, Reply } from "#lib/gateway/reply";
import type { ReplyContext } from "../codec.ts";
import { listIn, objectIn } from "../read.ts";
import { openAiChatCodec } from "./codec.ts";
import { REPLY } from "./fixtures/stream.ts";

const replyOf = (choice: Partial<Choice>, rest: Partial<Reply> = {}): Reply => ({
  id: "reply_1",
  model: "upstream-model",
  createdAtS: 1_760_000_001,
  choices: [{ index: 0, parts: [], finish: { kind: "stop" }, ...choice }],
  ...rest,
});
const encode = (reply: Reply, context: Partial<ReplyContext> = {}) =>
  openAiChatCodec.encodeReply(reply, { ...REPLY, ...context });
const choiceOf = (parts: readonly Part[], request: JsonObject = {}) =>
  objectIn(listIn(encode(replyOf({ parts }), { request }).body.choices)[0]);
const messageOf = (...parts: readonly Part[]) => choiceOf(parts)?.message;
const lossesOf = (...parts: readonly Part[]) => encode(replyOf({ parts })).losses;
const text = (value: string) => ({ kind: "text", text: value }) as const;
const call: Part = { kind: "tool-call", id: "c1", name: "f", input: '{"a": 1.0}' };

describe("a whole answer", () => {
  test("it has the shape the official clients know, under the model's name that the caller knows", () => {
    const usage = {
      inputTokens: 10,
      cachedInputTokens: 4,
      cacheWriteTokens: 0,
      outputTokens: 5,
      reasoningTokens: 3,
      isEstimated: false,
    };
    expect(encode(replyOf({ parts: [text("Hi")] }, { usage, serviceTier: "flex" }))).toEqual({
      body: {
        id: "reply_1",
        object: "chat.completion",
        created: 1_760_000_001,
        model: "model-1",
        choices: [
          {
            index: 0,
            message: { role: "assistant", content: "Hi", refusal: null },
            logprobs: null,
            finish_reason: "stop",
          },
        ],
        usage: {
          prompt_tokens: 10,
          completion_tokens: 5,
          total_tokens: 15,
          prompt_tokens_details: { cached_tokens: 4 },
          completion_tokens_details: { reasoning_tokens: 3 },
        },
        service_tier: "flex",
      },
      losses: [],
    });
  });

  test("a time and an id that it lacks are the request's; another's service tier is left out", () => {
    const { body, losses } = encode(replyOf({}, { id: "", createdAtS: undefined, serviceTier: "standard" }));
    expect(body).toMatchObject({ id: "chatcmpl-0199c0de000070008000000000000001", created: REPLY.createdAtS });
    expect(body).not.toHaveProperty("service_tier");
    expect(losses).toEqual([{ field: "serviceTier", weight: "harmless" }]);
  });

  test("extras of this dialect go back where they stood, those of another do not", () => {
    const extras = { dialect: "openai-chat", fields: { "message.x": 1, y: 2 } } as const;
    const { body } = encode(replyOf({ extras }, { extras: { dialect: "gemini", fields: { z: 3 } } }));
    expect(body).not.toHaveProperty("z");
    expect(listIn(body.choices)[0]).toMatchObject({ message: { x: 1 }, y: 2 });
  });
});

describe("what a message says", () => {
  test("calls beside text, and with none", () => {
    const called = { id: "c1", type: "function", function: { name: "f", arguments: '{"a": 1.0}' } };
    expect(choiceOf([text("a"), call])).toMatchObject({
      message: { content: "a", tool_calls: [called] },
      finish_reason: "tool_calls",
    });
    expect(messageOf(call)).toEqual({ role: "assistant", content: null, refusal: null, tool_calls: [called] });
  });

  test("a custom call is written as custom", () => {
    expect(messageOf({ kind: "tool-call", id: "c", name: "g", input: "free", isCustom: true })).toMatchObject({
      tool_calls: [{ id: "c", type: "custom", custom: { name: "g", input: "free" } }],
    });
  });

  test("a legacy caller is given its one function call, and told of a second one as a loss", () => {
    const request = { functions: [{ name: "f" }] };
    const { body, losses } = encode(replyOf({ parts: [call, { ...call, id: "c2" }] }), { request });
    expect(body.choices).toMatchObject([
      {
        message: { content: null, function_call: { name: "f", arguments: '{"a": 1.0}' } },
        finish_reason: "function_call",
      },
    ]);
    expect(losses).toEqual([{ field: "choices.0.parts.1", weight: "meaning" }]);
  });

  test("a refusal has its own field", () => {
    expect(messageOf({ kind: "refusal", text: "no" })).toEqual({ role: "assistant", content: null, refusal: "no" });
  });

  test("nothing said is empty content", () => {
    expect(messageOf()).toEqual({ role: "assistant", content: "", refusal: null });
  });

  test("one plain thought is `reasoning_content` alone", () => {
    expect(messageOf({ kind: "reasoning", form: "full", text: "hm" }, text("a"))).toEqual({
      role: "assistant",
      content: "a",
      refusal: null,
      reasoning_content: "hm",
    });
  });

  test("thoughts with proofs are listed as well; another origin's proof is marked", () => {
    const thoughts: readonly Part[] = [
      { kind: "reasoning", form: "full", text: "hm", signature: { origin: "anthropic-messages", value: "S=" } },
      { kind: "reasoning", form: "summary", text: "short" },
      {
        kind: "reasoning",
        form: "full",
        text: "",
        isRedacted: true,
        signature: { origin: "openai-responses", value: "E=", itemId: "rs_2" },
      },
    ];
    expect(messageOf(...thoughts, text("a"))).toMatchObject({
      reasoning_content: "hmshort",
      reasoning_details: [
        { type: "reasoning.text", text: "hm", signature: "sy1.anthropic-messages..S=", index: 0 },
        { type: "reasoning.summary", summary: "short", index: 1 },
        { type: "reasoning.encrypted", data: "sy1.openai-responses.cnNfMg.E=", index: 2 },
      ],
    });
  });

  test("Gemini's proofs: of a call in its field, of a text among the thoughts", () => {
    const signature = { origin: "gemini", value: "S=" } as const;
    expect(messageOf({ ...text("a"), signature }, { ...call, signature })).toMatchObject({
      reasoning_details: [{ type: "reasoning.encrypted", data: "sy1.gemini..S=", index: 0 }],
      tool_calls: [{ id: "c1", extra_content: { google: { thought_signature: "S=" } } }],
    });
  });

  test("texts are joined, and the offsets of their citations count from the start of the whole", () => {
    const source = { dialect: "gemini", value: {} } as const;
    const own = { type: "url_citation", url_citation: { url: "https://o", title: "O", start_index: 0, end_index: 2 } };
    const parts: readonly Part[] = [
      {
        ...text("ab"),
        citations: [{ url: "https://o", original: { dialect: "openai-chat", value: own } }],
      },
      {
        ...text("cde"),
        citations: [
          { url: "https://a", title: "A", start: 1, end: 2, citedText: "d", original: source },
          { url: "https://b", original: source },
        ],
      },
    ];
    expect(messageOf(...parts)).toMatchObject({
      content: "abcde",
      annotations: [
        own,
        {
          type: "url_citation",
          url_citation: { url: "https://a", title: "A", start_index: 3, end_index: 4, content: "d" },
        },
        { type: "url_citation", url_citation: { url: "https://b", title: "", start_index: 2, end_index: 5 } },
      ],
    });
  });

  test("a citation of what has no address is a harmless loss", () => {
    const original = { dialect: "anthropic-messages", value: { type: "page_location" } } as const;
    expect(lossesOf({ ...text("a"), citations: [{ citedText: "x", original }] })).toEqual([
      { field: "choices.0.parts.0.citations.0", weight: "harmless" },
    ]);
  });

  test("audio and images are written", () => {
    const extras = { dialect: "openai-chat", fields: { expires_at: 5 } } as const;
    const audio: Part = { kind: "audio", format: "wav", base64: "AAAA", transcript: "hi", id: "audio_1", extras };
    const image: Part = { kind: "image", media: { kind: "data", mediaType: "image/png", base64: "BBBB" } };
    expect(messageOf(audio, image)).toEqual({
      role: "assistant",
      content: null,
      refusal: null,
      images: [{ type: "image_url", image_url: { url: "data:image/png;base64,BBBB" } }],
      audio: { id: "audio_1", data: "AAAA", transcript: "hi", expires_at: 5 },
    });
  });

  test.each<Part>([
    { kind: "file", media: { kind: "data", mediaType: "a/b", base64: "AAAA" } },
    { kind: "image", media: { kind: "stored", id: "f", origin: "gemini" } },
    { kind: "foreign", dialect: "anthropic-messages", value: { type: "server_tool_use" } },
    { kind: "tool-result", callId: "c", content: [] },
  ])("%j is a loss of meaning", (part) => {
    expect(lossesOf(text("a"), part)).toEqual([{ field: "choices.0.parts.1", weight: "meaning" }]);
  });

  test("what this dialect's providers alone say goes back in its place", () => {
    const value = { type: "reference", reference_ids: [1] };
    expect(messageOf(text("a"), { kind: "foreign", dialect: "openai-chat", value })).toMatchObject({
      content: [{ type: "text", text: "a" }, value],
    });
  });

  test("log-probabilities are those of the content, or of the refusal where nothing else is said", () => {
    const logprobs = [{ token: "a", logprob: -1, bytes: [97], top: [{ token: "b", logprob: -2 }] }];
    const written = [{ token: "a", logprob: -1, bytes: [97], top_logprobs: [{ token: "b", logprob: -2 }] }];
    const of = (part: Part) => listIn(encode(replyOf({ parts: [part], logprobs })).body.choices)[0];
    expect(of(text("a"))).toMatchObject({ logprobs: { content: written, refusal: null } });
    expect(of({ kind: "refusal", text: "a" })).toMatchObject({ logprobs: { content: null, refusal: written } });
  });
});
