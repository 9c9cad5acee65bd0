import type { AppError, ErrorCode } from "#lib/base/errors";
import type { JsonObject } from "#lib/gateway/conversation";

/** Error types as OpenAI names them, by our code; the rest follow from the status. */
const TYPES: Partial<Record<ErrorCode, string>> = {
  insufficient_funds: "insufficient_quota",
  rate_limited: "requests",
  upstream_failed: "upstream_error",
  upstream_rejected: "upstream_error",
  upstream_timeout: "upstream_error",
};

const fieldsOf = ({ code, message, param, status }: AppError) => ({
  message,
  type: TYPES[code] ?? (status >= 500 ? "server_error" : "invalid_request_error"),
  param: param ?? null,
  code,
});

/** Writes a refusal as OpenAI's error object; all four keys are always there. The request's id goes in a header. */
export const encodeError = (error: AppError, _requestId: string): JsonObject => ({ error: fieldsOf(error) });

/**
 * Writes the fields of an `error` event. The specification has them flat, the real API nests them in `error`, and some
 * SDKs throw only on the one, some only on the other.
 */
export function errorEventOf(error: AppError): JsonObject {
  const { message, param, code, ...rest } = fieldsOf(error);
  return { code, message, param, error: { ...rest, code, message, param } };
}

/** Writes the `error` of a failed response, whose codes are a closed list. */
export const failureOf = ({ code, message }: AppError): JsonObject => ({
  code: code === "rate_limited" ? "rate_limit_exceeded" : "server_error",
  message,
});
