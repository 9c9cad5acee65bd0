import type { BodyFields } from "../body-fields.ts";
import type { CallEndpoint } from "./endpoint.ts";
import { choicesOf, invalidField, missingField, optionalCount, streamingOf } from "./fields.ts";

/** `POST /v1/chat/completions`. */
export const chatCompletions: CallEndpoint = {
  name: "chat.completions",
  scope: "chat",
  method: "POST",
  pattern: /^\/v1\/chat\/completions$/,
  operation: "chat-completions",
  metering: "tokens",
  read: (fields) => {
    requireMessages(fields);
    return {
      ...streamingOf(fields),
      maxOutputTokens: optionalCount(fields, "max_completion_tokens") ?? optionalCount(fields, "max_tokens"),
      choices: choicesOf(fields),
      wantsBase64: false,
    };
  },
  replyList: "choices",
};

function requireMessages(fields: BodyFields): void {
  const state = fields.listState("messages");
  if (state === "absent") throw missingField("messages");
  if (state === "no-list") throw invalidField("messages", "`messages` must be an array.");
  if (state === "empty") throw invalidField("messages", "`messages` must have at least one element.");
}
