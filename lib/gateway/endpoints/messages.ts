import type { BodyFields } from "../body-fields.ts";
import { type CallEndpoint, PLAIN_VIEW } from "./endpoint.ts";
import { invalidField, missingField, optionalCount, streamOf } from "./fields.ts";

/** `POST /v1/messages`, Anthropic's. */
export const messages: CallEndpoint = {
  name: "messages",
  scope: "chat",
  method: "POST",
  dialect: "anthropic-messages",
  isAnswer: true,
  pattern: /^\/v1\/messages$/,
  operation: "messages",
  metering: "tokens",
  read: (fields) => {
    requireMessages(fields);
    const maxOutputTokens = optionalCount(fields, "max_tokens");
    if (maxOutputTokens === undefined) throw missingField("max_tokens");
    return { ...PLAIN_VIEW, isStream: streamOf(fields), maxOutputTokens };
  },
};

/** Refuses a body without messages. */
export function requireMessages(fields: BodyFields): void {
  const state = fields.listState("messages");
  if (state === "absent") throw missingField("messages");
  if (state === "no-list") throw invalidField("messages", "`messages` must be an array.");
  if (state === "empty") throw invalidField("messages", "`messages` must have at least one element.");
}
