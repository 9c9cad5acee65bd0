import type { Conversation } from "../conversation.ts";
import type { Codec } from "../dialects/codec.ts";
import { withReplies } from "../dialects/with-replies.ts";
import type { Choice, Reply, ReplyEvent } from "../reply.ts";

/**
 * Lets one tool call of each answer pass, for a caller who wants no two at once: Gemini cannot be told, and others may
 * not listen. A model whose second call is left out makes it again once it has the result of the first.
 */
export const heldToOneCall = (
  codec: Codec,
  { allowsParallelTools }: Pick<Conversation, "allowsParallelTools">,
): Codec =>
  allowsParallelTools === false ? withReplies(codec, { ofReply: withOneCall, createOfEvent: createHold }) : codec;

const withOneCall = (reply: Reply): Reply => ({ ...reply, choices: reply.choices.map(holdChoice) });

function holdChoice(choice: Choice): Choice {
  const first = choice.parts.findIndex(({ kind }) => kind === "tool-call");
  return { ...choice, parts: choice.parts.filter(({ kind }, at) => kind !== "tool-call" || at === first) };
}

/** What is known of one choice: whether it has called, how many parts were left out, and whether one is being left out. */
type Held = { hasCalled: boolean; skipped: number; isSkipping: boolean };

function createHold(): (event: ReplyEvent) => readonly ReplyEvent[] {
  const choices = new Map<number, Held>();
  return (event) => {
    if (!("part" in event)) return [event];
    const held = choices.get(event.choice) ?? { hasCalled: false, skipped: 0, isSkipping: false };
    choices.set(event.choice, held);
    if (event.kind === "part-start") start(held, event.of.kind === "tool-call");
    return held.isSkipping ? [] : [{ ...event, part: event.part - held.skipped }];
  };
}

function start(held: Held, isCall: boolean): void {
  held.isSkipping = isCall && held.hasCalled;
  if (held.isSkipping) held.skipped += 1;
  held.hasCalled ||= isCall;
}
