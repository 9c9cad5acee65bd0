import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Conversation, DialectId, JsonObject, Part, ReasoningPart } from "#lib/gateway/conversation";
import type { Reply } from "#lib/gateway/reply";
import { collectReply } from "#tests/support/collect-reply";
import { conversations, eventsOf, reasoningOf, replies } from "#tests/support/conversations";
import { geminiCodec } from "./codec.ts";
import { createArrayStreamEncoder } from "./encode-stream.ts";
import { CONTEXT, chunksOf, eventsIn, TARGET } from "./fixtures/exchange.ts";

const RUNS = { numRuns: 1_000 };

/** A schema has no name here and is always kept to. */
const normalised = ({ output, ...rest }: Conversation): Conversation => ({
  ...rest,
  ...(output?.kind === "json-schema"
    ? { output: { kind: "json-schema", name: "response", schema: output.schema } }
    : {}),
});

/** Gemini shows digests of its thoughts. */
const asSummary = (part: ReasoningPart): ReasoningPart => ({ ...part, form: "summary" });

const models = fc.constantFrom("gemini-2.5-flash", "gemini-3-pro-preview");

const withReasoning = (origin: DialectId) =>
  fc.tuple(replies, reasoningOf(origin).map(asSummary)).map(([reply, thought]): Reply => withFirst(reply, thought));

const withFirst = (reply: Reply, part: Part): Reply => ({
  ...reply,
  choices: reply.choices.map((choice) => ({ ...choice, parts: [part, ...choice.parts] })),
});

const streamed = (reply: Reply) => {
  const encoder = geminiCodec.createStreamEncoder(CONTEXT);
  return eventsOf(reply)
    .map((event) => encoder.push(event))
    .join("");
};

describe("what is written is read again as it was", () => {
  test("every conversation", () => {
    fc.assert(
      fc.property(conversations, models, (conversation, model) => {
        const { body } = geminiCodec.encodeRequest(conversation, { ...TARGET, model });
        expect(geminiCodec.decodeRequest(body)).toStrictEqual(normalised(conversation));
      }),
      RUNS,
    );
  });

  test("every conversation with thoughts of Gemini's own", () => {
    fc.assert(
      fc.property(conversations, reasoningOf("gemini").map(asSummary), (conversation, thought) => {
        const messages = conversation.messages.map((message) =>
          message.role === "assistant" ? { ...message, parts: [thought, ...message.parts] } : message,
        );
        const { body, losses } = geminiCodec.encodeRequest({ ...conversation, messages }, TARGET);
        expect(losses).toStrictEqual([]);
        expect(geminiCodec.decodeRequest(body)).toStrictEqual(normalised({ ...conversation, messages }));
      }),
      RUNS,
    );
  });

  test("every answer", () => {
    fc.assert(
      fc.property(replies, (reply) => {
        const { body, losses } = geminiCodec.encodeReply(reply, CONTEXT);
        expect(losses).toStrictEqual([]);
        expect(geminiCodec.decodeReply(body, CONTEXT)).toStrictEqual(reply);
      }),
      RUNS,
    );
  });

  test("every streamed answer", () => {
    fc.assert(
      fc.property(replies, (reply) => {
        expect(collectReply(eventsIn(chunksOf(streamed(reply))))).toStrictEqual({ ...reply, isWhole: true });
      }),
      RUNS,
    );
  });

  test.each<DialectId>(["gemini", "anthropic-messages", "openai-responses", "openai-chat"])(
    "every answer with thoughts and a proof of %s, whole and streamed",
    (origin) => {
      fc.assert(
        fc.property(withReasoning(origin), (reply) => {
          expect(geminiCodec.decodeReply(geminiCodec.encodeReply(reply, CONTEXT).body, CONTEXT)).toStrictEqual(reply);
          expect(collectReply(eventsIn(chunksOf(streamed(reply))))).toStrictEqual({ ...reply, isWhole: true });
        }),
        RUNS,
      );
    },
  );

  test("a stream as a JSON array holds the chunks of the stream as events", () => {
    fc.assert(
      fc.property(replies, (reply) => {
        const encoder = createArrayStreamEncoder(CONTEXT);
        const written = eventsOf(reply).map((event) => encoder.push(event));
        expect(JSON.parse(written.join(""))).toStrictEqual(chunksOf(streamed(reply)));
      }),
      RUNS,
    );
  });
});

const proof = fc.option(fc.constantFrom("c2lnbmVk", "cHJvb2Y="), { nil: undefined });
const rawText = fc
  .tuple(fc.string({ maxLength: 5 }), fc.boolean(), proof)
  .map(([text, thought, thoughtSignature]) => JSON.parse(JSON.stringify({ text, thought, thoughtSignature })));
const rawPart: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 4, arbitrary: rawText },
  { weight: 1, arbitrary: fc.constant({ functionCall: { name: "look", args: { a: [1, "b"] } } }) },
  { weight: 1, arbitrary: fc.constant({ functionCall: { id: "own", name: "look" }, thoughtSignature: "c2ln" }) },
  { weight: 1, arbitrary: fc.constant({ inlineData: { mimeType: "image/png", data: "AAAA" } }) },
  { weight: 1, arbitrary: fc.constant({ executableCode: { language: "PYTHON", code: "1" } }) },
);

describe("a whole answer and a stream of the same parts", () => {
  test("say the same, however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(rawPart, { maxLength: 8 }), fc.nat(3), (parts, cut) => {
        const whole = geminiCodec.decodeReply({ candidates: [{ content: { parts }, finishReason: "STOP" }] }, CONTEXT);
        const chunks = [parts.slice(0, cut), ...parts.slice(cut).map((part) => [part])].map((some) => ({
          candidates: [{ content: { parts: some }, index: 0 }],
        }));
        const events = eventsIn([...chunks, { candidates: [{ finishReason: "STOP", index: 0 }] }]);
        expect(collectReply(events)).toStrictEqual({ ...whole, isWhole: true });
      }),
      RUNS,
    );
  });
});
