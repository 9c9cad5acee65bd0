import { AppError } from "#lib/base/errors";
import { BOUNDS } from "../bounds.ts";
import type { Call } from "../call.ts";
import type { Endpoint } from "../endpoints/table.ts";
import { type JsonMember, scanMembers, textOf } from "../json-scan.ts";

type Fields = Readonly<Record<string, unknown>>;

const CHOICES_MAX = 128;

/** Reads the body of a chat call: checks the fields we act on and leaves the rest to the upstream. Refuses with 400. */
export function parse(bytes: Uint8Array, endpoint: Endpoint): Call {
  const members = scanMembers(bytes);
  const fields = fieldsOf(bytes, members);
  if (members === undefined) throw new AppError("invalid_json", "The body must be a JSON object.");
  refuseDuplicates(members);
  requireMessages(fields);
  const isStream = optionalBoolean(fields, "stream") ?? false;
  const streamOptions = streamOptionsOf(fields, isStream);
  return {
    endpoint,
    bytes,
    members,
    model: modelOf(fields),
    isStream,
    wantsUsage: streamOptions.include_usage === true,
    streamOptions,
    maxOutputTokens: optionalCount(fields, "max_completion_tokens") ?? optionalCount(fields, "max_tokens"),
    choices: optionalCount(fields, "n", CHOICES_MAX) ?? 1,
  };
}

function fieldsOf(bytes: Uint8Array, members: readonly JsonMember[] | undefined): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(textOf(bytes).replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new AppError("invalid_json", "We could not parse the JSON body of your request.", { cause });
  }
  if (members === undefined || typeof parsed !== "object" || parsed === null) {
    throw new AppError("invalid_json", "The body must be a JSON object.");
  }
  return parsed as Fields;
}

const ACTED_ON = new Set(["model", "stream", "stream_options", "max_tokens", "max_completion_tokens", "n"]);

// Two parsers may take a different one of two equal keys: what we check must be what the upstream reads.
function refuseDuplicates(members: readonly JsonMember[]): void {
  let seen = "";
  for (const { name } of members) {
    if (!ACTED_ON.has(name)) continue;
    if (seen.includes(`|${name}|`)) throw invalid(name, `\`${name}\` is given twice.`);
    seen += `|${name}|`;
  }
}

function modelOf(fields: Fields): string {
  const { model } = fields;
  if (model === undefined || model === "") {
    throw new AppError("missing_field", "You must provide a `model`.", { param: "model" });
  }
  if (typeof model !== "string") throw invalid("model", "`model` must be a string.");
  if (model.length > BOUNDS.modelNameCharsMax) throw invalid("model", "`model` is too long.");
  return model;
}

function requireMessages(fields: Fields): void {
  const { messages } = fields;
  if (messages === undefined) {
    throw new AppError("missing_field", "You must provide `messages`.", { param: "messages" });
  }
  if (!Array.isArray(messages)) throw invalid("messages", "`messages` must be an array.");
  if (messages.length === 0) throw invalid("messages", "`messages` must have at least one element.");
}

function streamOptionsOf(fields: Fields, isStream: boolean): Fields {
  const { stream_options: options } = fields;
  if (options === undefined || options === null) return {};
  if (typeof options !== "object" || Array.isArray(options))
    throw invalid("stream_options", "`stream_options` must be an object.");
  if (!isStream) throw invalid("stream_options", "`stream_options` is only allowed when `stream` is true.");
  return options as Fields;
}

function optionalBoolean(fields: Fields, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw invalid(name, `\`${name}\` must be a boolean.`);
  return value;
}

function optionalCount(fields: Fields, name: string, max = Number.MAX_SAFE_INTEGER): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > max) {
    throw invalid(name, `\`${name}\` must be a whole number of at least 1${max < 1000 ? ` and at most ${max}` : ""}.`);
  }
  return value;
}

const invalid = (param: string, message: string) => new AppError("invalid_field", message, { param });
