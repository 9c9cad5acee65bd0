import { AppError } from "#lib/base/errors";
import type { Conversation, Extras, JsonObject, OutputFormat } from "#lib/gateway/conversation";
import {
  invalid,
  objectIn,
  optional,
  requireCount,
  requireList,
  requireNumber,
  requireObject,
  requireText,
} from "#lib/gateway/dialects/read";
import { readMessages, readSystem } from "./decode-messages.ts";
import { extrasOf } from "./extras.ts";
import { readReasoning, THINKING_FIELDS } from "./read-thinking.ts";
import { readServiceTier } from "./service-tier.ts";
import { readToolChoice, TOOL_CHOICE_FIELDS } from "./tool-choice.ts";
import { readTools } from "./tools.ts";

/** Reads a request to `POST /v1/messages`. Throws `invalid_field` or `missing_field` with the path of the field. */
export function decodeRequest(body: JsonObject): Conversation {
  const metadata = optional(body.metadata, "metadata", requireObject);
  return {
    messages: [...readSystem(body.system), ...readMessages(body.messages)],
    tools: readTools(body.tools),
    ...readToolChoice(body.tool_choice),
    output: readOutput(body),
    maxOutputTokens: readMaxTokens(body.max_tokens),
    temperature: optional(body.temperature, "temperature", requireNumber),
    topP: optional(body.top_p, "top_p", requireNumber),
    topK: optional(body.top_k, "top_k", requireNumber),
    stop: optional(body.stop_sequences, "stop_sequences", readStops),
    reasoning: readReasoning(body),
    serviceTier: optional(body.service_tier, "service_tier", readServiceTier),
    userId: optional(metadata?.user_id, "metadata.user_id", requireText),
    extras: readExtras(body),
  };
}

function readMaxTokens(value: unknown): number {
  if (value === undefined || value === null)
    throw new AppError("missing_field", "You must provide `max_tokens`.", { param: "max_tokens" });
  return requireCount(value, "max_tokens");
}

const readStops = (value: unknown, path: string) =>
  requireList(value, path).map((stop, at) => requireText(stop, `${path}.${at}`));

/** The format has no name in this dialect, and is always strict. */
function readOutput(body: JsonObject): OutputFormat | undefined {
  const config = optional(body.output_config, "output_config", requireObject);
  return (
    optional(config?.format, "output_config.format", readFormat) ??
    optional(body.output_format, "output_format", readFormat)
  );
}

function readFormat(value: unknown, path: string): OutputFormat {
  const format = requireObject(value, path);
  if (format.type !== "json_schema") throw invalid(`${path}.type`, "must be `json_schema`.");
  const schema = requireObject(format.schema, `${path}.schema`);
  return { kind: "json-schema", name: "output", schema, isStrict: true };
}

const KNOWN = new Set([
  "model",
  "stream",
  "messages",
  "system",
  "max_tokens",
  "tools",
  "temperature",
  "top_p",
  "top_k",
  "stop_sequences",
  "service_tier",
  "output_format",
]);

/** Fields whose members we know in part. */
const NESTED: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["thinking", THINKING_FIELDS],
  ["output_config", new Set(["effort", "format"])],
  ["metadata", new Set(["user_id"])],
  ["tool_choice", TOOL_CHOICE_FIELDS],
]);

function readExtras(body: JsonObject): Extras | undefined {
  const trimmed = Object.entries(body).map(([name, value]) => {
    const known = NESTED.get(name);
    const members = known && objectIn(value);
    return [name, members ? extrasOf(members, known)?.fields : value];
  });
  return extrasOf(Object.fromEntries(trimmed), KNOWN);
}
