import type { Conversation, JsonObject, OutputFormat } from "#lib/gateway/conversation";
import type { Encoded, Loss, RequestTarget } from "#lib/gateway/dialects/codec";
import { defined } from "#lib/gateway/dialects/read";
import { writeMessages } from "./encode-messages.ts";
import { mergeExtras } from "./extras.ts";
import { harmless, meaning } from "./loss.ts";
import { type ModelTraits, traitsOf } from "./models.ts";
import { samplingFor } from "./sampling.ts";
import { requestedTierOf } from "./service-tier.ts";
import { isForced, writeToolChoice } from "./tool-choice.ts";
import { writeTools } from "./tools.ts";
import { type WrittenThinking, writeThinking } from "./write-thinking.ts";

/** Writes a conversation as a request to `POST /v1/messages`. */
export function encodeRequest(conversation: Conversation, target: RequestTarget): Encoded {
  const traits = traitsOf(target.model);
  const { system, messages, lacksThoughts, losses } = writeMessages(conversation.messages);
  const tools = writeTools(conversation, traits);
  const hasTools = tools.tools.length > 0;
  const thinking = writeThinking(conversation.reasoning, {
    traits,
    isForced: hasTools && isForced(conversation.toolChoice),
    lacksThoughts,
  });
  const output = writeOutput(conversation.output, traits);
  const sampling = samplingFor(conversation, traits, isOn(thinking));
  const config = defined({ effort: thinking.effort, format: output.format });
  const body = defined({
    model: target.model,
    max_tokens: maxTokensOf(conversation, target, thinking.extraTokens),
    system: systemOf(system),
    messages,
    tools: hasTools ? tools.tools : undefined,
    tool_choice: hasTools ? writeToolChoice(conversation) : undefined,
    thinking: thinking.thinking,
    output_config: Object.keys(config).length > 0 ? config : undefined,
    stop_sequences: stopsOf(conversation),
    temperature: sampling.said.temperature,
    top_p: sampling.said.topP,
    top_k: sampling.said.topK,
    metadata: isOpaque(conversation.userId) ? { user_id: conversation.userId } : undefined,
    service_tier: conversation.serviceTier && requestedTierOf(conversation.serviceTier),
    stream: target.isStream || undefined,
  });
  return {
    body: mergeExtras(body, conversation.extras),
    ...(thinking.extraTokens > 0 ? { extraOutputTokens: thinking.extraTokens } : {}),
    losses: [
      ...losses,
      ...tools.losses,
      ...output.losses,
      ...thinking.losses,
      ...sampling.losses,
      ...unsaid(conversation),
    ],
  };
}

const isOn = ({ thinking }: WrittenThinking) => thinking !== undefined && thinking.type !== "disabled";

/** Thinking counts against the limit: where the caller gave only an effort, the answer keeps the room it was given. */
function maxTokensOf({ maxOutputTokens }: Conversation, target: RequestTarget, extraTokens: number): number {
  if (maxOutputTokens !== undefined) return maxOutputTokens + extraTokens;
  return target.maxOutputTokens > extraTokens ? target.maxOutputTokens : target.maxOutputTokens + extraTokens;
}

function systemOf(blocks: readonly JsonObject[]): string | readonly JsonObject[] | undefined {
  const [first, ...more] = blocks;
  if (first === undefined) return undefined;
  const isPlain = more.length === 0 && Object.keys(first).length === 2 && typeof first.text === "string";
  return isPlain && typeof first.text === "string" ? first.text : blocks;
}

type WrittenOutput = { readonly format?: JsonObject; readonly losses: readonly Loss[] };

/** A schema has no name here, which only labels it, and is always kept to. */
function writeOutput(output: OutputFormat | undefined, traits: ModelTraits): WrittenOutput {
  if (output === undefined || output.kind === "text") return { losses: [] };
  if (output.kind === "json" || !traits.takesSchemas) return { losses: [meaning("output")] };
  const losses = [
    ...(output.description === undefined ? [] : [harmless("output.description")]),
    ...(output.isStrict === false ? [harmless("output.isStrict")] : []),
  ];
  return { format: { type: "json_schema", schema: output.schema }, losses };
}

/** The API refuses a stop sequence without a visible character. */
const isVisible = (stop: string) => stop.trim() !== "";

function stopsOf({ stop }: Conversation): readonly string[] | undefined {
  const stops = stop?.filter(isVisible) ?? [];
  return stops.length > 0 ? stops : undefined;
}

/** The API refuses a user id that looks like an address or a telephone number. */
const isOpaque = (userId: string | undefined): userId is string =>
  userId !== undefined && !/^\S+@\S+\.\S+$|^\+[\d\s().-]{7,15}$/.test(userId);

const HARMLESS = ["seed", "presencePenalty", "frequencyPenalty", "verbosity", "metadata", "cacheKey"] as const;

function unsaid(conversation: Conversation): readonly Loss[] {
  const { choices, logprobs, stop, serviceTier, userId } = conversation;
  return [
    ...HARMLESS.filter((field) => conversation[field] !== undefined).map(harmless),
    ...(choices !== undefined && choices > 1 ? [meaning("choices")] : []),
    ...(logprobs === undefined ? [] : [meaning("logprobs")]),
    ...(stop?.every(isVisible) === false ? [meaning("stop")] : []),
    ...(serviceTier !== undefined && requestedTierOf(serviceTier) === undefined ? [harmless("serviceTier")] : []),
    ...(userId === undefined || isOpaque(userId) ? [] : [harmless("userId")]),
  ];
}
