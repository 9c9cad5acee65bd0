import type { BodyFields } from "../body-fields.ts";
import { type CallEndpoint, PLAIN_VIEW } from "./endpoint.ts";
import { invalidField, missingField, optionalCount, streamOf } from "./fields.ts";

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
    checkInput(fields);
    if (fields.get("background") === true)
      throw invalidField("background", "Background responses are not offered. Leave `background` out.");
    return {
      ...PLAIN_VIEW,
      isStream: streamOf(fields),
      maxOutputTokens: optionalCount(fields, "max_output_tokens"),
    };
  },
};

function checkInput(fields: BodyFields): void {
  const state = fields.listState("input");
  if (state === "filled") return;
  if (state === "empty") throw invalidField("input", "`input` must have at least one element.");
  const input = fields.get("input");
  if (input === undefined || input === null) throw missingField("input");
  if (typeof input !== "string") throw invalidField("input", "`input` must be a string or an array.");
}
