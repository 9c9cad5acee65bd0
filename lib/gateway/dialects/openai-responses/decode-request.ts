import { AppError } from "#lib/base/errors";
import type {
  Conversation,
  Extras,
  Json,
  JsonObject,
  Message,
  OutputFormat,
  ReasoningRequest,
} from "#lib/gateway/conversation";
import {
  invalid,
  optional,
  requireBoolean,
  requireCount,
  requireList,
  requireNumber,
  requireObject,
  requireText,
} from "#lib/gateway/dialects/read";
import { readInput } from "./decode-items.ts";
import { LOGPROBS } from "./logprobs.ts";
import { extrasOf } from "./own.ts";
import { readEffort, readSummary } from "./read-reasoning.ts";
import { readToolChoice, readTools } from "./tools.ts";

const FIELDS = new Set([
  "model",
  "stream",
  // The gateway itself sees to what is kept between calls.
  "store",
  "previous_response_id",
  "input",
  "instructions",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "text",
  "reasoning",
  "max_output_tokens",
  "top_logprobs",
  "include",
  "metadata",
  "user",
  "safety_identifier",
  "prompt_cache_key",
  "service_tier",
  "temperature",
  "top_p",
]);
const TEXT_FIELDS = new Set(["format", "verbosity"]);
/** The most alternatives the API gives beside each token. */
const TOP_LOGPROBS_MAX = 20;
const REASONING_FIELDS = new Set(["effort", "summary", "generate_summary"]);

/** Reads a request to `POST /v1/responses`. */
export function decodeRequest(body: JsonObject): Conversation {
  const include = readInclude(body.include);
  const extras = readExtras(body, include);
  return said({
    messages: [...readInstructions(body.instructions), ...readMessages(body)],
    tools: readTools(body.tools),
    toolChoice: optional(body.tool_choice, "tool_choice", readToolChoice),
    allowsParallelTools: optional(body.parallel_tool_calls, "parallel_tool_calls", requireBoolean),
    ...readText(optional(body.text, "text", requireObject) ?? {}),
    maxOutputTokens: optional(body.max_output_tokens, "max_output_tokens", requireCount),
    temperature: optional(body.temperature, "temperature", requireNumber),
    topP: optional(body.top_p, "top_p", requireNumber),
    logprobs: readLogprobs(body, include),
    reasoning: optional(body.reasoning, "reasoning", readReasoning),
    serviceTier: optional(body.service_tier, "service_tier", requireText),
    metadata: optional(body.metadata, "metadata", requireObject),
    userId: readUser(body),
    cacheKey: optional(body.prompt_cache_key, "prompt_cache_key", requireText),
    extras,
  });
}

/** Leaves out what was not said. */
function said(conversation: Conversation): Conversation {
  const { messages, tools, ...rest } = conversation;
  return { messages, tools, ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) };
}

const readInstructions = (instructions: unknown): readonly Message[] => {
  const text = optional(instructions, "instructions", requireText);
  return text === undefined ? [] : [{ role: "system", parts: [{ kind: "text", text }] }];
};

/** Input may be missing only where something else stands for it. */
function readMessages(body: JsonObject): readonly Message[] {
  if (body.input !== undefined && body.input !== null) return readInput(body.input);
  if (body.prompt || body.conversation || body.previous_response_id) return [];
  throw new AppError("missing_field", "`input` is missing.", { param: "input" });
}

function readText(text: JsonObject): Pick<Conversation, "output" | "verbosity"> {
  return {
    output: optional(text.format, "text.format", readFormat),
    verbosity: optional(text.verbosity, "text.verbosity", requireText),
  };
}

function readFormat(value: unknown, path: string): OutputFormat {
  const format = requireObject(value, path);
  if (format.type === "text") return { kind: "text" };
  if (format.type === "json_object") return { kind: "json" };
  if (format.type !== "json_schema") throw invalid(`${path}.type`, "must be one of text, json_object, json_schema.");
  const description = optional(format.description, `${path}.description`, requireText);
  const isStrict = optional(format.strict, `${path}.strict`, requireBoolean);
  return {
    kind: "json-schema",
    name: requireText(format.name, `${path}.name`),
    schema: requireObject(format.schema, `${path}.schema`),
    ...(description === undefined ? {} : { description }),
    ...(isStrict === undefined ? {} : { isStrict }),
  };
}

function readReasoning(value: unknown, path: string): ReasoningRequest {
  const reasoning = requireObject(value, path);
  const effort = readEffort(reasoning.effort);
  const show = readSummary(reasoning.summary, "summary") ?? readSummary(reasoning.generate_summary, "generate_summary");
  return { ...(effort === undefined ? {} : { effort }), ...(show === undefined ? {} : { show }) };
}

const readInclude = (value: unknown): readonly Json[] => optional(value, "include", requireList) ?? [];

/** `top_logprobs` counts the alternatives; without the include nothing is given at all. */
function readLogprobs(body: JsonObject, include: readonly Json[]): Conversation["logprobs"] {
  const top = optional(body.top_logprobs, "top_logprobs", requireCount);
  if (top !== undefined && top > TOP_LOGPROBS_MAX)
    throw invalid("top_logprobs", `must be at most ${TOP_LOGPROBS_MAX}.`);
  return include.includes(LOGPROBS) ? { top: top ?? 0 } : undefined;
}

function readUser(body: JsonObject): string | undefined {
  const user = optional(body.user, "user", requireText);
  return optional(body.safety_identifier, "safety_identifier", requireText) ?? user;
}

/** Gathers what has no place in a conversation, the unknown fields of `text` and `reasoning` included. */
function readExtras(body: JsonObject, include: readonly Json[]): Extras | undefined {
  const others = include.filter((entry) => entry !== LOGPROBS);
  const hasBothUsers = typeof body.user === "string" && typeof body.safety_identifier === "string";
  const isPlainChoice = body.tool_choice === undefined || body.tool_choice === null || readToolChoice(body.tool_choice);
  const fields = {
    ...extrasOf(body, FIELDS)?.fields,
    // Not to be run in the background is what every request wants that does not say otherwise.
    background: body.background === false ? undefined : body.background,
    text: optional(body.text, "text", restOfText),
    reasoning: optional(body.reasoning, "reasoning", restOfReasoning),
    include: others.length === 0 ? undefined : others,
    top_logprobs: include.includes(LOGPROBS) ? undefined : body.top_logprobs,
    user: hasBothUsers ? body.user : undefined,
    tool_choice: isPlainChoice ? undefined : body.tool_choice,
  };
  return extrasOf(fields, new Set());
}

const restOfText = (text: unknown, path: string) => extrasOf(requireObject(text, path), TEXT_FIELDS)?.fields;
const restOfReasoning = (reasoning: unknown, path: string) =>
  extrasOf(requireObject(reasoning, path), REASONING_FIELDS)?.fields;
