import type { CallEndpoint } from "./endpoint.ts";
import { choicesOf, largestOf, optionalCount, streamingOf } from "./fields.ts";
import { requireMessages } from "./messages.ts";

/** `POST /v1/chat/completions`. */
export const chatCompletions: CallEndpoint = {
  name: "chat.completions",
  scope: "chat",
  method: "POST",
  dialect: "openai-chat",
  isAnswer: true,
  pattern: /^\/v1\/chat\/completions$/,
  operation: "chat-completions",
  metering: "tokens",
  read: (fields) => {
    requireMessages(fields);
    return {
      ...streamingOf(fields),
      // Some upstreams heed the one, some the other: where both are said, the larger is what it may come to.
      maxOutputTokens: largestOf([optionalCount(fields, "max_completion_tokens"), optionalCount(fields, "max_tokens")]),
      choices: choicesOf(fields),
      wantsBase64: false,
      framing: "events",
    };
  },
};
