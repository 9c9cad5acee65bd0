import type { BodyFields } from "../body-fields.ts";
import type { JsonObject } from "../conversation.ts";
import { resourceNameOf } from "../dialects/gemini/resource-name.ts";
import { listIn, objectIn } from "../dialects/read.ts";
import { editJson } from "../json-edit.ts";
import { parseExact } from "../json-exact.ts";
import { memberOf, textOf } from "../json-scan.ts";
import { type CallEndpoint, holdsMember, PLAIN_VIEW } from "./endpoint.ts";
import { invalidField, missingField } from "./fields.ts";
import { atVerb, modelInPath, requireContents } from "./generate-content.ts";
import { requireMessages } from "./messages.ts";

const common = { scope: "chat", method: "POST", isAnswer: false, metering: "none" } as const;

/** `POST /v1/messages/count_tokens`, Anthropic's. */
export const countMessageTokens: CallEndpoint = {
  ...common,
  name: "messages.count_tokens",
  dialect: "anthropic-messages",
  pattern: /^\/v1\/messages\/count_tokens$/,
  operation: "count-message-tokens",
  read: (fields) => {
    requireMessages(fields);
    return PLAIN_VIEW;
  },
  isReply: holdsMember("input_tokens"),
  ownCount: {
    // A message must name its limit; what is only counted has none.
    requestIn: (body) => ({ max_tokens: 1, ...body }),
    replyOf: (tokens) => ({ input_tokens: tokens }),
  },
};

/** A whole request to be counted, in place of contents alone; proto JSON takes both spellings. */
const WHOLE = ["generateContentRequest", "generate_content_request"];

/** `POST /v1beta/models/{model}:countTokens`, Gemini's: of contents, or of a whole request. */
export const countContentTokens: CallEndpoint = {
  ...common,
  name: "count-tokens",
  dialect: "gemini",
  pattern: atVerb("countTokens"),
  operation: "count-content-tokens",
  modelIn: modelInPath,
  read: (fields) => {
    requireCountable(fields);
    return PLAIN_VIEW;
  },
  renameIn: ({ bytes, members }, upstreamModel) => {
    const member = WHOLE.map((name) => memberOf(members, name)).find((found) => found !== undefined);
    if (member === undefined) return bytes;
    const request = objectIn(parseExact(textOf(bytes, member.valueStart, member.valueEnd)));
    return editJson(bytes, members, {
      set: new Map([[member.name, { ...request, model: resourceNameOf(upstreamModel) }]]),
    });
  },
  isReply: holdsMember("totalTokens"),
  ownCount: {
    requestIn: (body) => wholeIn((name) => body[name]) ?? body,
    replyOf: (tokens) => ({ totalTokens: tokens }),
  },
};

const wholeIn = (get: (name: string) => unknown): JsonObject | undefined =>
  WHOLE.map((name) => objectIn(get(name))).find((found) => found !== undefined);

/** Google leaves contents unread beside a whole request, so they are looked at only without one. */
function requireCountable(fields: BodyFields): void {
  const given = WHOLE.find((name) => fields.listState(name) !== "absent");
  if (given === undefined) return requireContents(fields);
  const whole = wholeIn((name) => fields.get(name));
  if (whole === undefined) throw invalidField(given, `\`${given}\` must be an object.`);
  if (whole.contents === undefined || whole.contents === null) throw missingField(`${given}.contents`);
  if (listIn(whole.contents).length === 0)
    throw invalidField(`${given}.contents`, "`contents` must be an array of at least one element.");
}
