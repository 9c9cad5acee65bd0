import { isUtf8 } from "node:buffer";
import { markLength } from "#lib/base/bytes";
import { AppError } from "#lib/base/errors";
import { fieldsOf } from "../body-fields.ts";
import { BOUNDS } from "../bounds.ts";
import type { Call } from "../call.ts";
import type { CallEndpoint } from "../endpoints/endpoint.ts";
import { invalidField, missingField } from "../endpoints/fields.ts";
import { type JsonMember, memberOf, scanMembers, textOf } from "../json-scan.ts";
import type { GatewayRequest } from "../request.ts";

type Where = Pick<GatewayRequest, "path" | "query">;

/** Reads the body of a call: checks the fields we act on and leaves the rest to the upstream. Refuses with 400. */
export function parse(body: Uint8Array, endpoint: CallEndpoint, request: Where): Call {
  // Some upstreams do not take a byte order mark, which no JSON needs.
  const bytes = body.subarray(markLength(body));
  // RFC 8259, 8.1. Carried on as it is, it would mean one thing here and another there.
  if (!isUtf8(bytes)) throw new AppError("invalid_json", "The body is not text in UTF-8.");
  const members = scanMembers(bytes, endpoint.takesTokens ? BOUNDS.tokenNodesMax : BOUNDS.jsonNodesMax);
  if (members === undefined) throw unreadable(bytes);
  refuseDuplicates(members, ACTED_ON);
  refuseDuplicatesWithin(bytes, members);
  const fields = fieldsOf(bytes, members);
  const view = endpoint.read(fields, request);
  const model = endpoint.modelIn?.(request.path) ?? fields.get("model");
  return { endpoint, bytes, members, model: modelOf(model), ...view };
}

/** Says whether it is no JSON at all or JSON of another kind. */
function unreadable(bytes: Uint8Array): AppError {
  try {
    JSON.parse(textOf(bytes));
    return new AppError("invalid_json", "The body must be a JSON object.");
  } catch (cause) {
    return new AppError("invalid_json", "We could not parse the JSON body of your request.", { cause });
  }
}

/** Each name by itself in lower case. */
const namesOf = (...names: readonly string[]): ReadonlyMap<string, string> =>
  new Map(names.map((name) => [name.toLowerCase(), name]));

const ACTED_ON = namesOf(
  "model",
  "stream",
  "stream_options",
  "max_tokens",
  "max_completion_tokens",
  "n",
  "best_of",
  "encoding_format",
  "messages",
  "input",
  "prompt",
  "max_output_tokens",
  "contents",
  "content",
  "requests",
  "generateContentRequest",
  "generationConfig",
  "generation_config",
  "tools",
  "system",
  "instructions",
  "store",
  "previous_response_id",
);

const IN_CONFIG = namesOf("maxOutputTokens", "max_output_tokens", "candidateCount", "candidate_count");
const ACTED_ON_WITHIN: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ["stream_options", namesOf("include_usage")],
  ["generationConfig", IN_CONFIG],
  ["generation_config", IN_CONFIG],
]);

// Two parsers may take a different one of two equal keys, and some (Go's) take a key in any case: what we check must be
// what the upstream reads.
function refuseDuplicates(members: readonly JsonMember[], names: ReadonlyMap<string, string>, path = ""): void {
  for (const member of members) {
    const { name } = member;
    const meant = names.get(name) ?? names.get(name.toLowerCase());
    if (meant === undefined) continue;
    if (meant !== name) throw invalidField(path + name, `\`${name}\` is not a field; \`${meant}\` is.`);
    if (memberOf(members, name) !== member) throw invalidField(path + name, `\`${name}\` is given twice.`);
  }
}

function refuseDuplicatesWithin(bytes: Uint8Array, members: readonly JsonMember[]): void {
  for (const { name, valueStart, valueEnd } of members) {
    const names = ACTED_ON_WITHIN.get(name);
    if (names) refuseDuplicates(scanMembers(bytes.subarray(valueStart, valueEnd)) ?? [], names, `${name}.`);
  }
}

function modelOf(model: unknown): string {
  if (model === undefined || model === "") throw missingField("model");
  if (typeof model !== "string") throw invalidField("model", "`model` must be a string.");
  if (model.length > BOUNDS.modelNameCharsMax) throw invalidField("model", "`model` is too long.");
  return model;
}
