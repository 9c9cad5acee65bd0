import type { BodyFields } from "../body-fields.ts";
import { type CallEndpoint, PLAIN_VIEW, type ResponseState } from "./endpoint.ts";
import { invalidField, missingField, optionalBoolean, optionalCount, streamOf } from "./fields.ts";

/** `POST /v1/responses`, OpenAI's newer endpoint: items instead of messages, named events, state by id. */
export const responses: CallEndpoint = {
  name: "responses",
  scope: "chat",
  method: "POST",
  dialect: "openai-responses",
  isAnswer: true,
  pattern: /^\/v1\/responses$/,
  operation: "responses",
  metering: "tokens",
  read: (fields) => {
    const state = stateOf(fields);
    checkInput(fields, state);
    refuseUnoffered(fields);
    return {
      ...PLAIN_VIEW,
      isStream: streamOf(fields),
      maxOutputTokens: optionalCount(fields, "max_output_tokens"),
      state,
    };
  },
};

function stateOf(fields: BodyFields): ResponseState {
  const isStored = optionalBoolean(fields.get("store"), "store") ?? true;
  const previousId = fields.get("previous_response_id") ?? undefined;
  if (previousId !== undefined && (typeof previousId !== "string" || previousId === ""))
    throw invalidField("previous_response_id", "`previous_response_id` must be the id of a response.");
  return { isStored, previousId, turns: 1 };
}

/** An upstream's own conversations and background runs are its account's, which callers share: they are never reached through us. */
function refuseUnoffered(fields: BodyFields): void {
  if (fields.get("background") === true)
    throw invalidField("background", "Background responses are not offered. Leave `background` out.");
  if ((fields.get("conversation") ?? null) !== null)
    throw invalidField("conversation", "Conversations are not offered. Use `previous_response_id`.");
}

function checkInput(fields: BodyFields, { previousId }: ResponseState): void {
  const state = fields.listState("input");
  if (state === "filled") return;
  if (state === "empty") throw invalidField("input", "`input` must have at least one element.");
  const input = fields.get("input") ?? undefined;
  if (input === undefined && previousId !== undefined) return;
  if (input === undefined) throw missingField("input");
  if (typeof input !== "string") throw invalidField("input", "`input` must be a string or an array.");
}
