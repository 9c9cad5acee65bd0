import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Conversation, DialectId, Message, Part, ReasoningPart } from "#lib/gateway/conversation";
import type { Reply } from "#lib/gateway/reply";
import { collectReply } from "#tests/support/collect-reply";
import { conversations, eventsOf, reasoningOf, replies } from "#tests/support/conversations";
import { anthropicMessagesCodec } from "./codec.ts";
import { CONTEXT, decodeStream, encodeStream, faultsOf, messageOf, targetOf, wireEventsOf } from "./fixtures/wire.ts";

const { decodeReply, decodeRequest, encodeReply, encodeRequest } = anthropicMessagesCodec;
const TARGET = targetOf("claude-sonnet-4-5");
const RUNS = { numRuns: 1_000 };

/** The API refuses text that cannot be seen. */
const seen = (text: string) => (text.trim() === "" ? "." : text);

function visible(part: Part): Part {
  if (part.kind === "text") return { ...part, text: seen(part.text) };
  if (part.kind !== "tool-result") return part;
  return {
    ...part,
    content: part.content.map((inner) => (inner.kind === "text" ? { ...inner, text: seen(inner.text) } : inner)),
  };
}

const withVisibleText = (conversation: Conversation): Conversation => ({
  ...conversation,
  messages: conversation.messages.map((message) => ({ ...message, parts: message.parts.map(visible) })),
  stop: conversation.stop?.map(seen),
});

const unnamed = (part: Part): Part => (part.kind === "tool-result" ? { ...part, name: undefined } : part);

/** What this dialect has no words for: a tool's name beside its result, the name of a schema, and no limit at all. */
const sayable = (conversation: Conversation): Conversation => ({
  ...conversation,
  messages: conversation.messages.map((message) => ({ ...message, parts: message.parts.map(unnamed) })),
  output: conversation.output?.kind === "json-schema" ? { ...conversation.output, name: "output" } : undefined,
  maxOutputTokens: conversation.maxOutputTokens ?? TARGET.maxOutputTokens,
});

const withThoughts = (message: Message, thought: ReasoningPart): Message =>
  message.role === "assistant" ? { ...message, parts: [thought, ...message.parts] } : message;

const withMessageId = (reply: Reply): Reply => ({ ...reply, id: `msg_${reply.id}` });

const thinkingReplies = (origin: DialectId): fc.Arbitrary<Reply> =>
  fc.tuple(replies, reasoningOf(origin)).map(([reply, thought]) => ({
    ...reply,
    choices: reply.choices.map((choice) => ({ ...choice, parts: [thought, ...choice.parts] })),
  }));

const told = (reply: Reply) => wireEventsOf(encodeStream(eventsOf(reply)));

describe("requests", () => {
  test("a conversation comes back as it was, without losses", () => {
    fc.assert(
      fc.property(conversations.map(withVisibleText), (conversation) => {
        const { body, losses } = encodeRequest(conversation, TARGET);
        expect(losses).toEqual([]);
        expect(decodeRequest(body)).toEqual(sayable(conversation));
      }),
      RUNS,
    );
  });

  test("thoughts with the API's own proof come back to the byte", () => {
    fc.assert(
      fc.property(conversations.map(withVisibleText), reasoningOf("anthropic-messages"), (conversation, thought) => {
        const messages = conversation.messages.map((message) => withThoughts(message, thought));
        const { body, losses } = encodeRequest({ ...conversation, messages }, TARGET);
        expect(losses).toEqual([]);
        expect(decodeRequest(body)).toEqual(sayable({ ...conversation, messages }));
      }),
      RUNS,
    );
  });
});

describe("answers", () => {
  const origins = ["anthropic-messages", "gemini", "openai-responses"] as const;

  test("an answer comes back as it was", () => {
    fc.assert(
      fc.property(replies, (reply) => {
        const { body, losses } = encodeReply(reply, CONTEXT);
        expect(losses).toEqual([]);
        expect(decodeReply(body, CONTEXT)).toEqual(withMessageId(reply));
      }),
      RUNS,
    );
  });

  test("a streamed answer comes back as it was, and its frames are in the order the dialect wants", () => {
    fc.assert(
      fc.property(replies, (reply) => {
        expect(faultsOf(told(reply))).toEqual([]);
        expect(collectReply(decodeStream(told(reply)))).toEqual({ ...withMessageId(reply), isWhole: true });
      }),
      RUNS,
    );
  });

  test("a stream says to an SDK what the whole answer says", () => {
    fc.assert(
      fc.property(thinkingReplies("gemini"), (reply) => {
        expect(messageOf(told(reply))).toEqual(encodeReply(reply, CONTEXT).body);
      }),
      RUNS,
    );
  });

  test.each(origins)("thoughts with a proof of %s come back to the byte, whole and streamed", (origin) => {
    fc.assert(
      fc.property(thinkingReplies(origin), (reply) => {
        expect(decodeReply(encodeReply(reply, CONTEXT).body, CONTEXT)).toEqual(withMessageId(reply));
        expect(collectReply(decodeStream(told(reply)))).toEqual({ ...withMessageId(reply), isWhole: true });
      }),
      RUNS,
    );
  });
});
