import type { AppError } from "#lib/base/errors";
import type { JsonObject } from "#lib/gateway/conversation";
import { frame } from "#lib/gateway/dialects/frame";

/** Error types as Anthropic names them, by status; other refusals are `invalid_request_error`, other failures `api_error`. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [401, "authentication_error"],
  [402, "billing_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [409, "conflict_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [503, "overloaded_error"],
  [504, "timeout_error"],
]);

/** Writes a refusal or failure as Anthropic's error object. */
export const encodeError = (error: AppError, requestId: string): JsonObject => ({
  type: "error",
  error: {
    type: TYPES.get(error.status) ?? (error.status >= 500 ? "api_error" : "invalid_request_error"),
    message: messageOf(error),
  },
  request_id: requestId,
});

/** There is no code to tell it by: clients (Claude Code) know by these words that they must send less. */
const TOO_LONG = "prompt is too long";

const messageOf = ({ code, message }: AppError): string =>
  code === "context_length_exceeded" && !message.toLowerCase().includes(TOO_LONG) ? `${TOO_LONG}: ${message}` : message;

/** Writes a failure after streaming has begun: one event, after which nothing comes. */
export const encodeErrorFrame = (error: AppError, requestId: string): string =>
  frame(encodeError(error, requestId), "error");
