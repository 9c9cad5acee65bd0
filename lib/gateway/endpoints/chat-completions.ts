import type { CallEndpoint, Fields } from "./endpoint.ts";
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
  isReply: ({ choices }) => Array.isArray(choices),
};

function requireMessages({ messages }: Fields): void {
  if (messages === undefined) throw missingField("messages");
  if (!Array.isArray(messages)) throw invalidField("messages", "`messages` must be an array.");
  if (messages.length === 0) throw invalidField("messages", "`messages` must have at least one element.");
}
