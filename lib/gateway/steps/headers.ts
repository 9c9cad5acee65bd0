import type { AppError } from "#lib/base/errors";
import type { Admitted, Progress } from "../progress.ts";
import type { PlannedAttempt } from "../routing/plan.ts";

type Headers = Readonly<Record<string, string>>;

export const JSON_TYPE: Headers = { "content-type": "application/json; charset=utf-8" };

/** Nothing on the way may hold a stream back, compress it or keep it. */
export const STREAM_HEADERS: Headers = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};

/** Headers of every answer. Upstream bytes come from our origin, so a browser must not run them. */
export function baseHeaders(progress: Progress): Headers {
  const common = {
    "x-request-id": progress.request.id,
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox",
  };
  if (progress.quota === undefined) return common;
  const { limit, remaining, resetMs } = progress.quota;
  return {
    ...common,
    "x-ratelimit-limit-requests": String(limit),
    "x-ratelimit-remaining-requests": String(remaining),
    "x-ratelimit-reset-requests": `${Math.ceil(resetMs)}ms`,
  };
}

/** Headers that say which upstream answered and after how many attempts. */
export const deliveryHeaders = (admitted: Admitted, attempt: PlannedAttempt, attempts: number): Headers => ({
  ...baseHeaders(admitted),
  "x-switchyard-model": admitted.plan.model.id,
  "x-switchyard-provider": attempt.deployment.providerId,
  "x-switchyard-attempts": String(attempts),
  "x-switchyard-cache": admitted.cache,
});

/** When to come back, and whether to try at all: SDKs read both. */
export function retryHeaders(error: AppError): Headers {
  const headers: Record<string, string> = {};
  if (error.retryAfterS !== undefined) headers["retry-after"] = String(Math.max(1, Math.ceil(error.retryAfterS)));
  if (error.shouldRetry !== undefined) headers["x-should-retry"] = String(error.shouldRetry);
  return headers;
}
