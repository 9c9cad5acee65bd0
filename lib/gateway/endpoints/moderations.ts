import type { BodyFields } from "../body-fields.ts";
import { type CallEndpoint, holdsList, PLAIN_VIEW } from "./endpoint.ts";
import { invalidField, missingField } from "./fields.ts";

const INPUTS_MAX = 2_048;

/** `POST /v1/moderations`. Upstreams count no tokens here, so only a price per request is billed. */
export const moderations: CallEndpoint = {
  name: "moderations",
  scope: "moderations",
  method: "POST",
  dialect: "openai-chat",
  isAnswer: false,
  pattern: /^\/v1\/moderations$/,
  operation: "moderations",
  metering: "request",
  read: (fields) => {
    checkInput(fields);
    return PLAIN_VIEW;
  },
  isReply: holdsList("results"),
};

function checkInput(fields: BodyFields): void {
  const input = fields.get("input");
  if (input === undefined || input === null) throw missingField("input");
  if (typeof input === "string") return;
  if (!Array.isArray(input)) throw invalidField("input", "`input` must be a string or an array.");
  if (input.length === 0) throw invalidField("input", "`input` must have at least one element.");
  if (input.length > INPUTS_MAX) throw invalidField("input", `\`input\` may have at most ${INPUTS_MAX} elements.`);
}
