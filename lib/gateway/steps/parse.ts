import { isUtf8 } from "node:buffer";
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
export function parse(bytes: Uint8Array, endpoint: CallEndpoint, request: Where): Call {
  // RFC 8259, 8.1. Carried on as it is, it would mean one thing here and another there.
  if (!isUtf8(bytes)) throw new AppError("invalid_json", "The body is not text in UTF-8.");
  const members = scanMembers(bytes, endpoint.takesTokens ? BOUNDS.tokenNodesMax : BOUNDS.jsonNodesMax);
  if (members === undefined) throw unreadable(bytes);
  refuseDuplicates(members);
  const fields = fieldsOf(bytes, members);
  const view = endpoint.read(fields, { path: request.path, query: new URLSearchParams(request.query) });
  const model = endpoint.modelIn?.(request.path) ?? fields.get("model");
  return { endpoint, bytes, members, model: modelOf(model), ...view };
}

/** Says whether it is no JSON at all or JSON of another kind. */
function unreadable(bytes: Uint8Array): AppError {
  try {
    JSON.parse(textOf(bytes).replace(/^\uFEFF/, ""));
    return new AppError("invalid_json", "The body must be a JSON object.");
  } catch (cause) {
    return new AppError("invalid_json", "We could not parse the JSON body of your request.", { cause });
  }
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
]);

// Two parsers may take a different one of two equal keys: what we check must be what the upstream reads.
function refuseDuplicates(members: readonly JsonMember[]): void {
  for (const member of members) {
    if (!ACTED_ON.has(member.name) || memberOf(members, member.name) === member) continue;
    throw invalidField(member.name, `\`${member.name}\` is given twice.`);
  }
}

function modelOf(model: unknown): string {
  if (model === undefined || model === "") throw missingField("model");
  if (typeof model !== "string") throw invalidField("model", "`model` must be a string.");
  if (model.length > BOUNDS.modelNameCharsMax) throw invalidField("model", "`model` is too long.");
  return model;
}
