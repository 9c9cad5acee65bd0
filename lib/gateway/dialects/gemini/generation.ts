import type { Conversation, Json, JsonObject, OutputFormat } from "#lib/gateway/conversation";
import {
  defined,
  optional,
  requireBoolean,
  requireList,
  requireNumber,
  requireObject,
  requireText,
} from "#lib/gateway/dialects/read";
import { camelCased, said, unread } from "./fields.ts";
import { toJsonSchema } from "./schema.ts";
import { readThinking, writeThinking } from "./thinking.ts";

const PATH = "generationConfig";
const JSON_TYPE = "application/json";
const TEXT_TYPE = "text/plain";

/** How many stop sequences Gemini takes. */
export const STOPS_MAX = 5;

const FIELDS: ReadonlySet<string> = new Set([
  "maxOutputTokens",
  "temperature",
  "topP",
  "topK",
  "seed",
  "presencePenalty",
  "frequencyPenalty",
  "candidateCount",
  "stopSequences",
  "responseLogprobs",
  "logprobs",
  "responseMimeType",
  "responseSchema",
  "responseJsonSchema",
  "thinkingConfig",
]);

export type ReadGeneration = { readonly settings: Partial<Conversation>; readonly rest: JsonObject };

/** Reads `generationConfig`. */
export function readGeneration(value: Json | undefined): ReadGeneration {
  const config = camelCased(optional(value, PATH, requireObject) ?? {});
  const number = (name: string) => optional(config[name], `${PATH}.${name}`, requireNumber);
  const thinking = readThinking(config.thinkingConfig);
  const output = readOutput(config);
  const logprobs = readLogprobs(config);
  const settings = said<Partial<Conversation>>({
    output: output.output,
    maxOutputTokens: number("maxOutputTokens"),
    temperature: number("temperature"),
    topP: number("topP"),
    topK: number("topK"),
    stop: optional(config.stopSequences, `${PATH}.stopSequences`, readTexts),
    seed: number("seed"),
    presencePenalty: number("presencePenalty"),
    frequencyPenalty: number("frequencyPenalty"),
    choices: number("candidateCount"),
    logprobs: logprobs.logprobs,
    reasoning: thinking.reasoning,
  });
  return {
    settings,
    rest: { ...unread(config, FIELDS, `${PATH}.`), ...output.rest, ...logprobs.rest, ...thinking.rest },
  };
}

const readTexts = (value: unknown, path: string) =>
  requireList(value, path).map((one, at) => requireText(one, `${path}.${at}`));

function readLogprobs(config: JsonObject) {
  const isWanted = optional(config.responseLogprobs, `${PATH}.responseLogprobs`, requireBoolean);
  const top = optional(config.logprobs, `${PATH}.logprobs`, requireNumber);
  if (isWanted) return { logprobs: { top: top ?? 0 }, rest: {} };
  return { logprobs: undefined, rest: defined({ [`${PATH}.logprobs`]: top }) };
}

type ReadOutput = { readonly output?: OutputFormat; readonly rest: JsonObject };

function readOutput(config: JsonObject): ReadOutput {
  const mimeType = optional(config.responseMimeType, `${PATH}.responseMimeType`, requireText);
  const own = optional(config.responseSchema, `${PATH}.responseSchema`, requireObject);
  const schema =
    optional(config.responseJsonSchema, `${PATH}.responseJsonSchema`, requireObject) ?? (own && toJsonSchema(own));
  if (schema && (mimeType ?? JSON_TYPE) === JSON_TYPE)
    return { output: { kind: "json-schema", name: "response", schema }, rest: {} };
  if (!schema && mimeType === JSON_TYPE) return { output: { kind: "json" }, rest: {} };
  if (!schema && mimeType === TEXT_TYPE) return { output: { kind: "text" }, rest: {} };
  const { responseSchema, responseJsonSchema } = config;
  return {
    rest: defined({
      [`${PATH}.responseMimeType`]: mimeType,
      [`${PATH}.responseSchema`]: responseSchema,
      [`${PATH}.responseJsonSchema`]: responseJsonSchema,
    }),
  };
}

/** Writes `generationConfig`, or nothing where nothing was said. */
export function writeGeneration(conversation: Conversation, model: string): JsonObject | undefined {
  const { logprobs, stop = [] } = conversation;
  const config = defined({
    maxOutputTokens: conversation.maxOutputTokens,
    temperature: conversation.temperature,
    topP: conversation.topP,
    topK: conversation.topK,
    stopSequences: stop.length > 0 && stop.length <= STOPS_MAX ? stop : undefined,
    seed: conversation.seed,
    presencePenalty: conversation.presencePenalty,
    frequencyPenalty: conversation.frequencyPenalty,
    candidateCount: conversation.choices,
    responseLogprobs: logprobs && true,
    logprobs: logprobs?.top || undefined,
    ...writeOutput(conversation.output),
    thinkingConfig: conversation.reasoning && writeThinking(conversation.reasoning, model),
  });
  return Object.keys(config).length === 0 ? undefined : config;
}

function writeOutput(output: OutputFormat | undefined): JsonObject {
  if (output === undefined) return {};
  if (output.kind === "text") return { responseMimeType: TEXT_TYPE };
  if (output.kind === "json") return { responseMimeType: JSON_TYPE };
  return { responseMimeType: JSON_TYPE, responseJsonSchema: output.schema };
}
