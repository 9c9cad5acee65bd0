import { AppError } from "#lib/base/errors";
import type { BodyFields } from "../body-fields.ts";
import { BOUNDS } from "../bounds.ts";
import { objectIn } from "../dialects/read.ts";
import { type CallEndpoint, PLAIN_VIEW } from "./endpoint.ts";
import { invalidField, largestOf, missingField, optionalCountIn } from "./fields.ts";

const common = {
  scope: "chat",
  method: "POST",
  dialect: "gemini",
  isAnswer: true,
  operation: "generate-content",
  metering: "tokens",
  modelIn: modelInPath,
} as const;

/** Where a verb of Gemini's is asked. The newest clients of Google's say `v1`, where OpenAI has no POST. */
export const atVerb = (verb: string): RegExp => new RegExp(`^/v1(?:beta)?/models/(.+):${verb}$`);

/** `POST /v1beta/models/{model}:generateContent`. */
export const generateContent: CallEndpoint = {
  ...common,
  name: "generate-content",
  pattern: atVerb("generateContent"),
  read: (fields) => ({ ...PLAIN_VIEW, ...limitsOf(fields) }),
};

/** `POST /v1beta/models/{model}:streamGenerateContent`: server-sent events with `alt=sse`, else one JSON array. */
export const streamGenerateContent: CallEndpoint = {
  ...common,
  name: "stream-generate-content",
  pattern: atVerb("streamGenerateContent"),
  read: (fields, { query }) => ({
    ...PLAIN_VIEW,
    ...limitsOf(fields),
    isStream: true,
    framing: new URLSearchParams(query).get("alt") === "sse" ? "events" : "array",
  }),
};

const MODELS = "/models/";

/** Gives the model a URL names; ids may hold slashes, written as they are or percent-encoded. */
export function modelInPath(path: string): string {
  const raw = path.slice(path.indexOf(MODELS) + MODELS.length, path.lastIndexOf(":"));
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new AppError("not_found", "The model's name in the URL is not well encoded.");
  }
}

/** Reads the limits of an answer. Proto JSON takes both spellings of a name; where both are said, either may be heeded. */
function limitsOf(fields: BodyFields) {
  requireContents(fields);
  const configs = ["generationConfig", "generation_config"].map((name) => objectIn(fields.get(name)) ?? {});
  const largest = (spellings: readonly string[], max?: number) =>
    largestOf(
      configs.flatMap((config) =>
        spellings.map((name) => optionalCountIn(config[name], `generationConfig.${name}`, max)),
      ),
    );
  return {
    maxOutputTokens: largest(["maxOutputTokens", "max_output_tokens"]),
    choices: largest(["candidateCount", "candidate_count"], BOUNDS.choicesMax) ?? 1,
  };
}

/** Refuses a body without contents. */
export function requireContents(fields: BodyFields): void {
  const state = fields.listState("contents");
  if (state === "absent") throw missingField("contents");
  if (state === "no-list") throw invalidField("contents", "`contents` must be an array.");
  if (state === "empty") throw invalidField("contents", "`contents` must have at least one element.");
}
