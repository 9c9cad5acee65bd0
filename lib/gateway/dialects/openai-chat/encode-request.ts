import type { Conversation, Json, JsonObject, ReasoningRequest } from "#lib/gateway/conversation";
import type { Encoded, RequestTarget } from "../codec.ts";
import { defined } from "../read.ts";
import { effortOf } from "../reasoning-effort.ts";
import { encodeMessages } from "./encode-messages.ts";
import { withExtras } from "./extras.ts";
import { createLossReport, type LossReport } from "./loss-report.ts";
import { encodeOutputFormat } from "./output-format.ts";
import { writeServiceTier } from "./service-tier.ts";
import { encodeToolChoice } from "./tool-choice.ts";
import { encodeTools } from "./tools.ts";

/** OpenAI takes four stop sequences. */
export const STOPS_MAX = 4;

/** Writes a chat completion request. */
export function encodeRequest(conversation: Conversation, target: RequestTarget): Encoded {
  const report = createLossReport();
  const body = defined({
    model: target.model,
    messages: encodeMessages(conversation.messages, { takesReasoning: target.takesReasoning, report }),
    ...encodeToolUse(conversation, report),
    response_format: conversation.output && encodeOutputFormat(conversation.output),
    verbosity: conversation.verbosity,
    ...encodeSampling(conversation, report),
    reasoning_effort: conversation.reasoning && encodeEffort(conversation.reasoning, report),
    ...encodeAccount(conversation, report),
    // Billing needs the usage, which is given only when it is asked for.
    ...(target.isStream ? { stream: true, stream_options: { include_usage: true } } : {}),
  });
  return { body: withExtras(body, conversation.extras), losses: report.list() };
}

/** OpenAI refuses settings about tools where there are none; without tools they say nothing. */
function encodeToolUse({ tools, toolChoice, allowsParallelTools }: Conversation, report: LossReport): JsonObject {
  const encoded = encodeTools(tools, report);
  const isIdle = encoded.length === 0 && (toolChoice?.kind === "auto" || toolChoice?.kind === "none");
  return {
    tools: encoded.length === 0 ? undefined : encoded,
    tool_choice: toolChoice === undefined || isIdle ? undefined : encodeToolChoice(toolChoice, tools),
    parallel_tool_calls: encoded.length === 0 ? undefined : allowsParallelTools,
  };
}

function encodeSampling(conversation: Conversation, report: LossReport): JsonObject {
  const { stop, logprobs, topK } = conversation;
  if (topK !== undefined) report.harmless("topK");
  return {
    max_completion_tokens: conversation.maxOutputTokens,
    temperature: conversation.temperature,
    top_p: conversation.topP,
    stop: stop === undefined || stop.length === 0 || stop.length > STOPS_MAX ? undefined : stop,
    seed: conversation.seed,
    presence_penalty: conversation.presencePenalty,
    frequency_penalty: conversation.frequencyPenalty,
    n: conversation.choices,
    logprobs: logprobs === undefined ? undefined : true,
    top_logprobs: logprobs === undefined || logprobs.top === 0 ? undefined : logprobs.top,
  };
}

function encodeEffort(reasoning: ReasoningRequest, report: LossReport): Json | undefined {
  if (reasoning.show !== undefined) report.harmless("reasoning.show");
  if (reasoning.isAdaptive) report.harmless("reasoning.isAdaptive");
  return effortOf(reasoning);
}

function encodeAccount(conversation: Conversation, report: LossReport): JsonObject {
  const { serviceTier, metadata, userId, cacheKey, extras } = conversation;
  // OpenAI refuses metadata for an answer that it does not store.
  const isStored = extras?.dialect === "openai-chat" && extras.fields.store === true;
  if (metadata !== undefined && !isStored) report.harmless("metadata");
  return {
    service_tier: writeServiceTier(serviceTier, report),
    metadata: isStored ? metadata : undefined,
    user: userId,
    prompt_cache_key: cacheKey,
  };
}
