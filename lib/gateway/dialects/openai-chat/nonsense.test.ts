import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import type { Json, JsonObject } from "#lib/gateway/conversation";
import { objectIn } from "../read.ts";
import { openAiChatCodec } from "./codec.ts";
import { chunkOf, DECODE, decodeChunks, REPLY } from "./fixtures/stream.ts";

/** Bodies in which any field may hold anything: what is wrong must be refused, never crash. */

const RUNS = { numRuns: 1_000 };

const REQUEST: JsonObject = {
  model: "m",
  messages: [
    { role: "system", content: "a" },
    {
      role: "user",
      content: [
        { type: "text", text: "a", cache_control: { type: "ephemeral" } },
        { type: "image_url", image_url: { url: "https://a", detail: "low" } },
        { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
        { type: "file", file: { file_data: "data:application/pdf;base64,AAAA", filename: "a.pdf" } },
      ],
    },
    {
      role: "assistant",
      content: "a",
      reasoning_content: "hm",
      reasoning_details: [{ type: "reasoning.text", text: "hm", signature: "S", index: 0 }],
      annotations: [{ type: "url_citation", url_citation: { url: "https://a", start_index: 0, end_index: 1 } }],
      tool_calls: [
        { id: "c1", type: "function", function: { name: "f", arguments: "{}" } },
        { id: "c2", type: "custom", custom: { name: "g", input: "x" } },
      ],
    },
    { role: "tool", tool_call_id: "c1", content: "b" },
    { role: "assistant", function_call: { name: "f", arguments: "{}" } },
    { role: "function", name: "f", content: "b" },
  ],
  tools: [
    { type: "function", function: { name: "f", parameters: { type: "object" }, strict: true } },
    { type: "custom", custom: { name: "g", format: { type: "text" } } },
  ],
  tool_choice: {
    type: "allowed_tools",
    allowed_tools: { mode: "auto", tools: [{ type: "function", function: { name: "f" } }] },
  },
  response_format: { type: "json_schema", json_schema: { name: "n", schema: {}, strict: true } },
  reasoning: { effort: "low", max_tokens: 1 },
  stop: ["a"],
  logprobs: true,
  top_logprobs: 1,
};

const CHOICE: JsonObject = {
  message: {
    content: [
      { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
      { type: "text", text: "a" },
    ],
    refusal: "no",
    reasoning_details: [{ type: "reasoning.text", text: "hm", signature: "S", index: 0 }],
    annotations: [{ type: "url_citation", url_citation: { url: "https://a", start_index: 0, end_index: 1 } }],
    audio: { id: "audio_1", data: "AAAA", transcript: "hi" },
    images: [{ type: "image_url", image_url: { url: "https://a" } }],
    tool_calls: [
      {
        index: 0,
        id: "c1",
        type: "function",
        function: { name: "f", arguments: "{}" },
        extra_content: { google: { thought_signature: "S" } },
      },
    ],
    function_call: { name: "f", arguments: "{}" },
  },
  finish_reason: "stop",
  logprobs: { content: [{ token: "a", logprob: -1, bytes: [97], top_logprobs: [] }] },
};
const REPLY_BODY: JsonObject = {
  ...chunkOf(CHOICE),
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, prompt_tokens_details: { cached_tokens: 1 } },
};

const anything = fc.oneof(
  fc.constantFrom<Json>(
    null,
    "",
    "x",
    0,
    -1,
    1.5,
    true,
    [],
    {},
    [[]],
    [null],
    [{}],
    { type: "text" },
    { __proto__: null },
  ),
  fc.jsonValue().map((value): Json => JSON.parse(JSON.stringify(value))),
);

/** The value with something else in one of its places. */
function spoilt(value: Json | undefined, { at, by }: { readonly at: readonly number[]; readonly by: Json }): Json {
  const [first, ...rest] = at;
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(objectIn(value) ?? {});
  if (first === undefined || entries.length === 0) return by;
  const [key] = entries[first % entries.length] ?? [];
  const next = { at: rest, by };
  if (Array.isArray(value)) return value.map((item: Json, index) => (index === key ? spoilt(item, next) : item));
  return Object.fromEntries(
    Object.entries(objectIn(value) ?? {}).map(([name, item]) => [
      name,
      name === key ? spoilt(item, next) : (item ?? null),
    ]),
  );
}

const spoil = fc.record({ at: fc.array(fc.nat(20), { minLength: 1, maxLength: 7 }), by: anything });

function failureOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

test("400: a request with nonsense anywhere is read, or refused with the path of a field", () => {
  fc.assert(
    fc.property(spoil, (nonsense) => {
      const body = objectIn(spoilt(REQUEST, nonsense)) ?? {};
      const failure = failureOf(() => {
        const target = { model: "m", isStream: true, maxOutputTokens: 1, takesReasoning: true };
        openAiChatCodec.encodeRequest(openAiChatCodec.decodeRequest(body), target);
      });
      if (failure === undefined) return;
      expect(failure).toBeInstanceOf(AppError);
      expect(failure).toMatchObject({ code: "invalid_field", param: expect.stringMatching(/./) });
    }),
    RUNS,
  );
});

test("502: an answer with nonsense anywhere is read, whole and streamed, or is no answer", () => {
  fc.assert(
    fc.property(spoil, (nonsense) => {
      const body = objectIn(spoilt(REPLY_BODY, nonsense)) ?? {};
      const readings = [
        () => openAiChatCodec.encodeReply(openAiChatCodec.decodeReply(body, DECODE), REPLY),
        () => decodeChunks([body, body]),
      ];
      for (const failure of readings.map(failureOf)) {
        if (failure !== undefined) expect(failure).toMatchObject({ name: "AppError", code: "upstream_failed" });
      }
    }),
    RUNS,
  );
});
