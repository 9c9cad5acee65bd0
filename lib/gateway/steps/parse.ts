import { AppError } from "#lib/base/errors";
import { BOUNDS } from "../bounds.ts";
import type { Call } from "../call.ts";
import type { CallEndpoint, Fields } from "../endpoints/endpoint.ts";
import { invalidField, missingField } from "../endpoints/fields.ts";
import { type JsonMember, scanMembers, textOf } from "../json-scan.ts";

/** Reads the body of a call: checks the fields we act on and leaves the rest to the upstream. Refuses with 400. */
export function parse(bytes: Uint8Array, endpoint: CallEndpoint): Call {
  const members = scanMembers(bytes);
  const fields = fieldsOf(bytes, members);
  if (members === undefined) throw new AppError("invalid_json", "The body must be a JSON object.");
  refuseDuplicates(members);
  const view = endpoint.read(fields);
  return { endpoint, bytes, members, model: modelOf(fields), ...view };
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

const ACTED_ON = new Set([
  "model",
  "stream",
  "stream_options",
  "max_tokens",
  "max_completion_tokens",
  "n",
  "best_of",
  "encoding_format",
]);

// Two parsers may take a different one of two equal keys: what we check must be what the upstream reads.
function refuseDuplicates(members: readonly JsonMember[]): void {
  let seen = "";
  for (const { name } of members) {
    if (!ACTED_ON.has(name)) continue;
    if (seen.includes(`|${name}|`)) throw invalidField(name, `\`${name}\` is given twice.`);
    seen += `|${name}|`;
  }
}

function modelOf({ model }: Fields): string {
  if (model === undefined || model === "") throw missingField("model");
  if (typeof model !== "string") throw invalidField("model", "`model` must be a string.");
  if (model.length > BOUNDS.modelNameCharsMax) throw invalidField("model", "`model` is too long.");
  return model;
}
