import type { JsonObject } from "#lib/gateway/conversation";
import type { Encoded, Loss, ReplyContext } from "#lib/gateway/dialects/codec";
import { defined } from "#lib/gateway/dialects/read";
import type { Choice, Reply } from "#lib/gateway/reply";
import { mergeExtras } from "./extras.ts";
import { type Held, writeFinish } from "./finish.ts";
import { harmless, joined, meaning } from "./loss.ts";
import { messageIdOf } from "./mint-id.ts";
import { usedTierOf } from "./service-tier.ts";
import { writeReplyPart } from "./write-reply-part.ts";
import { writeUsage } from "./write-usage.ts";

/** Writes a whole answer. There is room for one choice. */
export function encodeReply(reply: Reply, context: ReplyContext): Encoded {
  const choice = reply.choices.find(({ index }) => index === 0) ?? NO_CHOICE;
  const content = joined(choice.parts.map((part, at) => writeReplyPart(part, `choices.0.parts.${at}`)));
  const body: JsonObject = {
    id: messageIdOf(reply.id),
    type: "message",
    role: "assistant",
    model: context.model,
    content: content.blocks,
    ...writeFinish(choice.finish, heldIn(choice)),
    usage: defined({ ...writeUsage(reply.usage), service_tier: usedTierOf(reply.serviceTier) }),
  };
  return {
    body: mergeExtras(mergeExtras(body, choice.extras), reply.extras),
    losses: [...content.losses, ...unsaid(reply, choice)],
  };
}

const NO_CHOICE: Choice = { index: 0, parts: [], finish: { kind: "other" } };

const heldIn = ({ parts }: Choice): Held => ({
  hasCalls: parts.some(({ kind }) => kind === "tool-call"),
  hasRefusal: parts.some(({ kind }) => kind === "refusal"),
});

const unsaid = ({ choices }: Reply, { logprobs }: Choice): readonly Loss[] => [
  ...(choices.length > 1 ? [meaning("choices")] : []),
  ...(logprobs === undefined ? [] : [harmless("choices.0.logprobs")]),
];
