import type { AppError, ErrorCode } from "#lib/base/errors";
import { frame } from "#lib/gateway/dialects/frame";

type OpenAiError = {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
};

/** Error types as OpenAI names them, by our code; the rest follow from the status. */
const TYPES: Partial<Record<ErrorCode, string>> = {
  insufficient_funds: "insufficient_quota",
  rate_limited: "requests",
  upstream_failed: "upstream_error",
  upstream_rejected: "upstream_error",
  upstream_timeout: "upstream_error",
};

/** Writes a refusal as OpenAI's error object; all four keys are always there. */
export const encodeError = (error: AppError): OpenAiError => ({
  error: {
    message: error.message,
    type: TYPES[error.code] ?? (error.status >= 500 ? "server_error" : "invalid_request_error"),
    param: error.param ?? null,
    code: error.code,
  },
});

/** Writes an error after streaming has begun: one data frame, no `[DONE]`; SDKs throw on it. */
export const encodeErrorFrame = (error: AppError): string => frame(encodeError(error));
