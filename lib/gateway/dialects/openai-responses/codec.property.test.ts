import fc from "fast-check";
import { expect, it } from "vitest";
import type { Conversation, JsonObject, Message, Part } from "#lib/gateway/conversation";
import type { ReplyContext, RequestTarget, WireEvent } from "#lib/gateway/dialects/codec";
import type { Reply, ReplyEvent } from "#lib/gateway/reply";
import { collectReply } from "#tests/support/collect-reply";
import { conversations, eventsOf, reasoningOf, replies } from "#tests/support/conversations";
import { openAiResponsesCodec as codec } from "./codec.ts";

const RUNS = { numRuns: 1000 };
const requestId = "0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
const RESPONSE_ID = "resp_0198a1b2c3d47e5f8a9b0c1d2e3f4a5b";
const context: ReplyContext = {
  requestId,
  createdAtS: 1_760_000_005,
  model: "model-1",
  request: { model: "model-1", input: "hello" },
  wantsUsage: true,
};
const target: RequestTarget = { model: "gpt-5", isStream: false, maxOutputTokens: 4096, takesReasoning: false };
const proofs = reasoningOf("openai-responses");

/** There are no stop sequences and no names on results, and tools say whether they are strict. */
const sayable = ({ stop: _stop, ...conversation }: Conversation): Conversation => ({
  ...conversation,
  messages: conversation.messages.map((message) => ({ ...message, parts: message.parts.map(withoutName) })),
  tools: conversation.tools.map((tool) => (tool.kind === "function" ? { isStrict: false, ...tool } : tool)),
});

const withoutName = (part: Part): Part => {
  if (part.kind !== "tool-result") return part;
  const { name: _name, ...result } = part;
  return result;
};

const throughWire = (body: JsonObject): JsonObject => JSON.parse(JSON.stringify(body));

const framesIn = (text: string): readonly WireEvent[] =>
  text
    .split("\n\n")
    .filter((frame) => frame !== "")
    .map((frame) => ({ data: JSON.parse(frame.slice(frame.indexOf("data: ") + 6)) }));

function streamed(events: readonly ReplyEvent[]): readonly WireEvent[] {
  const encoder = codec.createStreamEncoder(context);
  return framesIn(events.map(encoder.push).join(""));
}

function decoded(frames: readonly WireEvent[]): readonly ReplyEvent[] {
  const decoder = codec.createStreamDecoder(context);
  return [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()];
}

/** Items of an answer are named by their place, and a proof of our own bears the name of its item. */
const named = (reply: Reply): Reply => ({
  ...reply,
  id: RESPONSE_ID,
  serviceTier: "default",
  choices: reply.choices.map((choice) => ({ ...choice, parts: choice.parts.map(withItemId) })),
});

function withItemId(part: Part, at: number): Part {
  if (part.kind !== "reasoning" || !part.signature) return part;
  return { ...part, signature: { ...part.signature, itemId: `rs_${RESPONSE_ID.slice("resp_".length)}${at}` } };
}

const withThoughts = fc.tuple(replies, proofs).map(
  ([reply, thought]): Reply => ({
    ...reply,
    choices: reply.choices.map((choice) => ({ ...choice, parts: [thought, ...choice.parts] })),
  }),
);

it("a conversation comes back from a request as it was", () => {
  fc.assert(
    fc.property(conversations, (conversation) => {
      const { body, losses } = codec.encodeRequest(conversation, target);
      expect(losses).toEqual([]);
      expect(codec.decodeRequest(throughWire(body))).toEqual(sayable(conversation));
    }),
    RUNS,
  );
});

it("thoughts with our own proofs come back from a request as they were", () => {
  const thoughtful = fc.tuple(conversations, proofs).map(
    ([conversation, thought]): Conversation => ({
      ...conversation,
      messages: conversation.messages.map(
        (message): Message =>
          message.role === "assistant" ? { ...message, parts: [thought, ...message.parts] } : message,
      ),
    }),
  );
  fc.assert(
    fc.property(thoughtful, (conversation) => {
      const { body, losses } = codec.encodeRequest(conversation, target);
      expect(losses).toEqual([]);
      expect(codec.decodeRequest(throughWire(body)).messages).toEqual(sayable(conversation).messages);
    }),
    RUNS,
  );
});

it("an answer comes back as it was", () => {
  fc.assert(
    fc.property(fc.oneof(replies, withThoughts), (reply) => {
      const { body, losses } = codec.encodeReply(reply, context);
      expect(losses).toEqual([]);
      expect(codec.decodeReply(throughWire(body), context)).toEqual(named(reply));
    }),
    RUNS,
  );
});

it("a streamed answer comes back as it was, whatever it was cut into", () => {
  fc.assert(
    fc.property(fc.oneof(replies, withThoughts), fc.integer({ min: 1, max: 5 }), (reply, pieces) => {
      const { serviceTier: _tier, ...whole } = named(reply);
      const frames = streamed(eventsOf(reply, pieces));
      expect(collectReply(decoded(frames))).toEqual({ ...whole, serviceTier: "default", isWhole: true });
    }),
    RUNS,
  );
});

it("a stream ends with the very response that a plain answer is", () => {
  fc.assert(
    fc.property(fc.oneof(replies, withThoughts), (reply) => {
      const last = streamed(eventsOf(reply)).at(-1)?.data;
      expect(last).toEqual({
        type: "response.completed",
        sequence_number: expect.any(Number),
        response: throughWire(codec.encodeReply(reply, context).body),
      });
    }),
    RUNS,
  );
});
