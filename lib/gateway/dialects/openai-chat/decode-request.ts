import type { Conversation, JsonObject, ReasoningEffort, ReasoningRequest, Tool } from "#lib/gateway/conversation";
import {
  invalid,
  optional,
  requireBoolean,
  requireIntegerIn,
  requireList,
  requireNumber,
  requireObject,
  requireText,
} from "../read.ts";
import { decodeMessages } from "./decode-messages.ts";
import { nestedExtrasOf } from "./extras.ts";
import { decodeOutputFormat } from "./output-format.ts";
import { readThinking, wishesIn } from "./read-thinking.ts";
import { decodeFunctionCall, decodeToolChoice } from "./tool-choice.ts";
import { decodeFunctions, decodeTools } from "./tools.ts";

/** What is read here, or (`model`, `stream`, `stream_options`) by the gateway itself. */
const FIELDS = [
  "model",
  "stream",
  "stream_options",
  "messages",
  "tools",
  "tool_choice",
  "functions",
  "function_call",
  "parallel_tool_calls",
  "response_format",
  "verbosity",
  "max_completion_tokens",
  "max_tokens",
  "temperature",
  "top_p",
  "top_k",
  "stop",
  "seed",
  "presence_penalty",
  "frequency_penalty",
  "n",
  "logprobs",
  "top_logprobs",
  "reasoning_effort",
  "reasoning",
  "service_tier",
  "metadata",
  "safety_identifier",
  "user",
  "prompt_cache_key",
];
const REASONING = { name: "reasoning", known: new Set(["effort", "max_tokens", "exclude", "enabled"]) };

/** OpenAI answers at most 128 choices and 20 alternatives of a token. */
const choiceCount = requireIntegerIn(1, 128);
const alternativeCount = requireIntegerIn(0, 20);
const tokenCount = requireIntegerIn(1, 1_000_000_000);

/** Reads a chat completion request. Throws `invalid_field` with the path of the field that is wrong. */
export function decodeRequest(body: JsonObject): Conversation {
  const output = optional(body.response_format, "response_format", requireObject);
  const format = output && decodeOutputFormat(output);
  const { userId, isUserApart } = decodeUser(body);
  const known = new Set([...FIELDS, ...wishesIn(body)]);
  if (output !== undefined && format === undefined) known.delete("response_format");
  if (isUserApart) known.delete("user");
  return {
    messages: decodeMessages(body.messages),
    tools: decodeToolsOf(body),
    toolChoice: decodeChoice(body),
    allowsParallelTools: optional(body.parallel_tool_calls, "parallel_tool_calls", requireBoolean),
    output: format,
    verbosity: optional(body.verbosity, "verbosity", requireText),
    ...decodeSampling(body),
    reasoning: decodeReasoning(body),
    serviceTier: optional(body.service_tier, "service_tier", requireText),
    metadata: optional(body.metadata, "metadata", requireObject),
    userId,
    cacheKey: optional(body.prompt_cache_key, "prompt_cache_key", requireText),
    extras: nestedExtrasOf(body, known, REASONING),
  };
}

const decodeToolsOf = (body: JsonObject): readonly Tool[] => [
  ...(optional(body.tools, "tools", decodeTools) ?? []),
  ...(optional(body.functions, "functions", decodeFunctions) ?? []),
];

const decodeChoice = (body: JsonObject) =>
  optional(body.tool_choice, "tool_choice", decodeToolChoice) ??
  optional(body.function_call, "function_call", decodeFunctionCall);

function decodeSampling(body: JsonObject): Partial<Conversation> {
  const limit = optional(body.max_completion_tokens, "max_completion_tokens", tokenCount);
  const legacyLimit = optional(body.max_tokens, "max_tokens", tokenCount);
  return {
    maxOutputTokens: limit ?? legacyLimit,
    temperature: optional(body.temperature, "temperature", requireNumber),
    topP: optional(body.top_p, "top_p", requireNumber),
    topK: optional(body.top_k, "top_k", requireNumber),
    stop: optional(body.stop, "stop", decodeStop),
    seed: optional(body.seed, "seed", requireNumber),
    presencePenalty: optional(body.presence_penalty, "presence_penalty", requireNumber),
    frequencyPenalty: optional(body.frequency_penalty, "frequency_penalty", requireNumber),
    choices: optional(body.n, "n", choiceCount),
    logprobs: decodeLogprobs(body),
  };
}

function decodeStop(value: unknown, path: string): readonly string[] | undefined {
  if (typeof value === "string") return [value];
  const list = requireList(value, path).map((word, index) => requireText(word, `${path}.${index}`));
  return list.length === 0 ? undefined : list;
}

function decodeLogprobs(body: JsonObject) {
  const isWanted = optional(body.logprobs, "logprobs", requireBoolean) ?? false;
  const top = optional(body.top_logprobs, "top_logprobs", alternativeCount);
  if (top !== undefined && !isWanted) throw invalid("top_logprobs", "needs `logprobs` to be true.");
  return isWanted ? { top: top ?? 0 } : undefined;
}

/** OpenAI's `reasoning_effort`, OpenRouter's `reasoning` object, which knows a budget as well, or what others say for it. */
function decodeReasoning(body: JsonObject): ReasoningRequest | undefined {
  const object = optional(body.reasoning, "reasoning", requireObject);
  const wish = readThinking(body);
  const isEnabled = optional(object?.enabled, "reasoning.enabled", requireBoolean) ?? wish.isEnabled;
  const effort =
    optional(body.reasoning_effort, "reasoning_effort", effortOf) ??
    optional(object?.effort, "reasoning.effort", effortOf) ??
    (isEnabled === false ? "none" : undefined);
  const budgetTokens =
    optional(object?.max_tokens, "reasoning.max_tokens", requireIntegerIn(0, 1_000_000_000)) ??
    (effort === undefined ? wish.budgetTokens : undefined);
  const isHidden = optional(object?.exclude, "reasoning.exclude", requireBoolean) ?? false;
  const isAdaptive = isEnabled === true && effort === undefined && budgetTokens === undefined;
  if (effort === undefined && budgetTokens === undefined && !isHidden && !isAdaptive) return undefined;
  return {
    effort,
    budgetTokens,
    ...(isHidden ? { show: "none" } : {}),
    ...(isAdaptive ? { isAdaptive } : {}),
  };
}

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;

function effortOf(value: unknown, path: string): ReasoningEffort {
  const effort = EFFORTS.find((known) => known === value);
  if (effort === undefined) throw invalid(path, `must be one of ${EFFORTS.join(", ")}.`);
  return effort;
}

/** `safety_identifier` has replaced `user`; where both are said, the older one has no place of its own. */
function decodeUser(body: JsonObject) {
  const identifier = optional(body.safety_identifier, "safety_identifier", requireText);
  const user = optional(body.user, "user", requireText);
  return { userId: identifier ?? user, isUserApart: identifier !== undefined && user !== undefined };
}
