import type { AppError } from "#lib/base/errors";
import type { JsonObject } from "#lib/gateway/conversation";

/** The canonical codes of google.rpc, by the status they go with. */
const STATUSES: ReadonlyMap<number, string> = new Map([
  [401, "UNAUTHENTICATED"],
  [402, "FAILED_PRECONDITION"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [409, "FAILED_PRECONDITION"],
  [429, "RESOURCE_EXHAUSTED"],
  [499, "CANCELLED"],
  [500, "INTERNAL"],
  [502, "UNAVAILABLE"],
  [503, "UNAVAILABLE"],
  [504, "DEADLINE_EXCEEDED"],
]);

/** Writes a refusal as Google's error object: our code is the reason, RetryInfo the hint when to try again. */
export const encodeError = (error: AppError, requestId: string): JsonObject => ({
  error: {
    code: error.status,
    message: error.message,
    status: STATUSES.get(error.status) ?? (error.status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT"),
    details: [
      detail("ErrorInfo", { reason: error.code, domain: "switchyard" }),
      ...(error.param === undefined
        ? []
        : [detail("BadRequest", { fieldViolations: [{ field: error.param, description: error.message }] })]),
      ...(error.retryAfterS === undefined ? [] : [detail("RetryInfo", { retryDelay: `${error.retryAfterS}s` })]),
      detail("RequestInfo", { requestId }),
    ],
  },
});

const detail = (type: string, fields: JsonObject): JsonObject => ({
  "@type": `type.googleapis.com/google.rpc.${type}`,
  ...fields,
});
