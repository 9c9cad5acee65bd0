import { AppError } from "#lib/base/errors";
import type { Extras, JsonObject } from "#lib/gateway/conversation";
import type { DecodeContext } from "#lib/gateway/dialects/codec";
import { objectIn, textIn } from "#lib/gateway/dialects/read";
import type { Choice, Reply } from "#lib/gateway/reply";
import { extrasOf, OWN } from "./extras.ts";
import { readFinish } from "./finish.ts";
import { createMint, messageIdOf } from "./mint-id.ts";
import { readReplyBlock } from "./read-reply-block.ts";
import { readUsage } from "./read-usage.ts";
import { readUsedTier } from "./service-tier.ts";

/** Reads a whole answer. Throws `upstream_failed` where there is none. */
export function decodeReply(body: JsonObject, context: DecodeContext): Reply {
  return {
    id: textIn(body.id) ?? messageIdOf(context.requestId),
    model: textIn(body.model) ?? "",
    createdAtS: context.createdAtS,
    choices: [readChoice(body, context)],
    usage: readUsage(body.usage),
    serviceTier: readUsedTier(textIn(objectIn(body.usage)?.service_tier)),
    extras: readExtras(body),
  };
}

function readChoice(body: JsonObject, context: DecodeContext): Choice {
  if (!Array.isArray(body.content))
    throw new AppError("upstream_failed", "The upstream's answer holds no content.", { detail: "no `content` list" });
  const mintId = createMint(context);
  return {
    index: 0,
    parts: body.content.map(objectIn).flatMap((block) => (block ? [readReplyBlock(block, mintId)] : [])),
    finish: readFinish(textIn(body.stop_reason), textIn(body.stop_sequence)),
    extras: body.stop_details ? { dialect: OWN, fields: { stop_details: body.stop_details } } : undefined,
  };
}

const KNOWN = new Set(["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "stop_details"]);
const KNOWN_USAGE = new Set([
  "input_tokens",
  "cache_creation_input_tokens",
  "cache_read_input_tokens",
  "output_tokens",
  "output_tokens_details",
  "service_tier",
]);

function readExtras(body: JsonObject): Extras | undefined {
  const usage = extrasOf(objectIn(body.usage) ?? {}, KNOWN_USAGE)?.fields;
  return extrasOf({ ...body, usage }, KNOWN);
}
