import type { Usage } from "#lib/base/request-record";
import type { Json, JsonObject } from "#lib/gateway/conversation";
import type { ReplyContext } from "#lib/gateway/dialects/codec";
import { objectIn } from "#lib/gateway/dialects/read";
import { mintId } from "./mint-id.ts";
import { objectsIn } from "./objects-in.ts";
import { writeUsage } from "./write-usage.ts";

/** Where an answer stands: what of the response object is not a repetition of the request. */
export type Standing = {
  readonly createdAtS: number;
  readonly serviceTier?: string;
  readonly status: string;
  readonly reason?: string;
  readonly error?: JsonObject;
  readonly output: readonly JsonObject[];
  readonly usage?: Usage;
};

/** What the API answers for a setting that the request does not name. */
const DEFAULTS = {
  background: false,
  frequency_penalty: 0,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  presence_penalty: 0,
  previous_response_id: null,
  prompt_cache_key: null,
  safety_identifier: null,
  store: true,
  temperature: 1,
  tool_choice: "auto",
  top_logprobs: 0,
  top_p: 1,
  truncation: "disabled",
  user: null,
} as const satisfies JsonObject;

/** The default failure, for an answer that failed without saying how. */
const FAILURE: JsonObject = { code: "server_error", message: "The model failed to answer." };

/** Writes the response object, which repeats what the request asked for. */
export function responseObject(
  standing: Standing,
  { requestId, createdAtS, model, request }: ReplyContext,
): JsonObject {
  const { status, reason, error, output, usage } = standing;
  return {
    id: mintId("resp", requestId),
    object: "response",
    created_at: standing.createdAtS,
    completed_at: status === "completed" ? Math.max(createdAtS, standing.createdAtS) : null,
    status,
    error: status === "failed" ? (error ?? FAILURE) : null,
    incomplete_details: reason === undefined ? null : { reason },
    model,
    output,
    usage: usage ? writeUsage(usage) : null,
    service_tier: standing.serviceTier ?? request.service_tier ?? "default",
    ...echoOf(request),
  };
}

const echoOf = (request: JsonObject): JsonObject => ({
  ...Object.fromEntries(
    Object.entries(DEFAULTS).map(([name, value]): [string, Json] => [name, request[name] ?? value]),
  ),
  tools: objectsIn(request.tools).map(echoOfTool),
  text: { format: { type: "text" }, ...objectIn(request.text) },
  reasoning: { effort: null, summary: null, ...objectIn(request.reasoning) },
});

/** A function has all its fields in an answer, said or not. */
const echoOfTool = (tool: JsonObject): JsonObject =>
  tool.type === "function" ? { description: null, parameters: null, strict: null, ...tool } : tool;
