import type { Conversation } from "#lib/gateway/conversation";
import type { Encoded, RequestTarget } from "#lib/gateway/dialects/codec";
import { defined } from "#lib/gateway/dialects/read";
import { writeContents } from "./contents.ts";
import { withExtras } from "./fields.ts";
import { writeGeneration } from "./generation.ts";
import { lossesOfSettings } from "./losses.ts";
import { writeServiceTier } from "./service-tier.ts";
import { writeToolChoice, writeTools } from "./tools.ts";

/** Writes a conversation as the body of `generateContent`; model and streaming stand in the URL. */
export function encodeRequest(conversation: Conversation, { model }: RequestTarget): Encoded {
  const { toolChoice, serviceTier } = conversation;
  const written = writeContents(conversation, model);
  const tools = writeTools(conversation.tools);
  const body = defined({
    systemInstruction: written.systemInstruction,
    contents: written.contents,
    tools: tools.length === 0 ? undefined : tools,
    toolConfig: toolChoice && { functionCallingConfig: writeToolChoice(toolChoice) },
    generationConfig: writeGeneration(conversation, model),
    serviceTier: serviceTier && writeServiceTier(serviceTier),
  });
  return {
    body: withExtras(body, conversation.extras),
    losses: [...lossesOfSettings(conversation, model), ...written.losses],
  };
}
