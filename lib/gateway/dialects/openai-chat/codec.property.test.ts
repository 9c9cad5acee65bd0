import fc from "fast-check";
import { expect, test } from "vitest";
import type { Part, ReasoningPart } from "#lib/gateway/conversation";
import type { Reply, ReplyEvent } from "#lib/gateway/reply";
import { collectReply } from "#tests/support/collect-reply";
import { conversations, eventsOf, reasoningOf, replies } from "#tests/support/conversations";
import type { RequestTarget } from "../codec.ts";
import { openAiChatCodec } from "./codec.ts";
import { chunksOf, DECODE, decodeChunks, encodeEvents, REPLY } from "./fixtures/stream.ts";

const TARGET: RequestTarget = { model: "model-1", isStream: false, maxOutputTokens: 4_096, takesReasoning: true };
const RUNS = { numRuns: 1_000 };

const own = reasoningOf("openai-chat");
const anyOrigin = fc.constantFrom("openai-chat", "openai-responses", "anthropic-messages", "gemini").chain(reasoningOf);
const redacted: fc.Arbitrary<ReasoningPart> = own.map((part) => ({ ...part, text: "", isRedacted: true }));
const summary: fc.Arbitrary<ReasoningPart> = anyOrigin.map((part) => ({ ...part, form: "summary" }));
const thoughts = fc.array(fc.oneof(anyOrigin, redacted, summary), { minLength: 1, maxLength: 3 });

/** The same answer with thoughts before what it says. */
const withThoughts = (reply: Reply, parts: readonly Part[]): Reply => ({
  ...reply,
  choices: reply.choices.map((choice) => ({ ...choice, parts: [...parts, ...choice.parts] })),
});

/** The shared events do not say that a thought was withheld. */
const streamOf = (reply: Reply): readonly ReplyEvent[] =>
  eventsOf(reply).map((event) => {
    if (event.kind !== "part-start" || event.of.kind !== "reasoning") return event;
    const part = reply.choices[event.choice]?.parts[event.part];
    return part?.kind === "reasoning" && part.isRedacted ? { ...event, of: { ...event.of, isRedacted: true } } : event;
  });

const streamed = (reply: Reply) => {
  const { isWhole, ...joined } = collectReply(decodeChunks(chunksOf(encodeEvents(streamOf(reply)))));
  expect(isWhole).toBe(true);
  return joined;
};

const whole = (reply: Reply) => openAiChatCodec.decodeReply(openAiChatCodec.encodeReply(reply, REPLY).body, DECODE);

test("a conversation comes back from a request as it was, and nothing of it is lost", () => {
  fc.assert(
    fc.property(conversations, (conversation) => {
      const { body, losses } = openAiChatCodec.encodeRequest(conversation, TARGET);
      expect(losses).toEqual([]);
      expect(openAiChatCodec.decodeRequest(body)).toEqual(conversation);
    }),
    RUNS,
  );
});

test("thoughts with proofs of this dialect come back in the history", () => {
  fc.assert(
    fc.property(conversations, fc.array(fc.oneof(own, redacted), { minLength: 1, maxLength: 3 }), (given, parts) => {
      const thought = { role: "assistant", parts: [...parts, { kind: "text", text: "done" }] } as const;
      const conversation = { ...given, messages: [...given.messages, thought] };
      const { body, losses } = openAiChatCodec.encodeRequest(conversation, TARGET);
      expect(losses).toEqual([]);
      expect(openAiChatCodec.decodeRequest(body)).toEqual(conversation);
    }),
    RUNS,
  );
});

test("an answer comes back from its whole form as it was", () => {
  fc.assert(
    fc.property(replies, (reply) => {
      expect(openAiChatCodec.encodeReply(reply, REPLY).losses).toEqual([]);
      expect(whole(reply)).toEqual(reply);
    }),
    RUNS,
  );
});

test("an answer comes back from its stream as it was", () => {
  fc.assert(
    fc.property(replies, (reply) => {
      expect(streamed(reply)).toEqual(reply);
    }),
    RUNS,
  );
});

test("thoughts with proofs of any origin come back, whole and streamed", () => {
  fc.assert(
    fc.property(replies, thoughts, (given, parts) => {
      const reply = withThoughts(given, parts);
      expect(whole(reply)).toEqual(reply);
      expect(streamed(reply)).toEqual(reply);
    }),
    RUNS,
  );
});

test("what a caller keeps of a stream, piece by piece or joined, gives the thoughts back in the next request", () => {
  fc.assert(
    fc.property(replies, thoughts, (given, parts) => {
      const chunks = chunksOf(encodeEvents(streamOf(withThoughts(given, parts))));
      const pieces = chunks.flatMap(({ choices }) => (Array.isArray(choices) ? choices : []));
      const details = pieces.flatMap(({ delta }) => delta.reasoning_details ?? []);
      const message = { role: "assistant", content: "done", reasoning_details: details };
      const [decoded] = openAiChatCodec.decodeRequest({ messages: [message] }).messages;
      expect(decoded?.parts.slice(0, -1)).toEqual(parts);
    }),
    RUNS,
  );
});
