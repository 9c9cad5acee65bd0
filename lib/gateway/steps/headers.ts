import type { AppError } from "#lib/base/errors";
import { formatUsd, type NanoUsd } from "#lib/base/units";
import { dialectOf } from "../endpoints/dialect-of.ts";
import type { Admitted, Progress } from "../progress.ts";
import type { PlannedAttempt } from "../routing/plan.ts";
import { corsHeaders, NONE } from "./preflight.ts";

type Headers = Readonly<Record<string, string>>;

export const JSON_TYPE: Headers = { "content-type": "application/json; charset=utf-8" };

/** Headers of every answer. Upstream bytes come from our origin, so a browser must not run them. */
export function baseHeaders(progress: Progress): Headers {
  const common = {
    ...corsHeaders(progress.request),
    "x-request-id": progress.request.id,
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox",
    "openai-version": OPENAI_VERSION,
    ...dialectHeaders(progress),
  };
  if (progress.quota === undefined) return common;
  const { limit, remaining, resetMs } = progress.quota;
  return {
    ...common,
    "x-ratelimit-limit-requests": String(limit),
    "x-ratelimit-remaining-requests": String(remaining),
    "x-ratelimit-reset-requests": durationText(resetMs),
  };
}

/** The only version OpenAI has ever said; some clients look for it. */
const OPENAI_VERSION = "2020-10-01";

type Sent = {
  readonly attempts: number;
  readonly cost: NanoUsd;
  readonly bytes: number;
  readonly firstByteMs: number;
  readonly dropped: readonly string[];
};

/** Headers of a whole answer: who gave it, after how many attempts, for how much. Written as one object, since every call makes one. */
export function wholeHeaders(admitted: Admitted, { deployment }: PlannedAttempt, sent: Sent): Headers {
  const { quota } = admitted;
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "content-length": String(sent.bytes),
    "x-request-id": admitted.request.id,
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox",
    "openai-version": OPENAI_VERSION,
    "openai-processing-ms": String(sent.firstByteMs),
    "x-ratelimit-limit-requests": String(quota.limit),
    "x-ratelimit-remaining-requests": String(quota.remaining),
    "x-ratelimit-reset-requests": durationText(quota.resetMs),
    "x-switchyard-model": admitted.plan.model.id,
    "x-switchyard-provider": deployment.providerId,
    "x-switchyard-attempts": String(sent.attempts),
    "x-switchyard-cache": admitted.cache,
    "x-switchyard-cost": formatUsd(sent.cost),
  };
  const some = [corsHeaders(admitted.request), droppedHeader(sent.dropped), dialectHeaders(admitted)];
  return some.every((one) => one === NONE) ? headers : Object.assign(headers, ...some);
}

/** Headers that only the clients of the caller's dialect look for. */
function dialectHeaders(progress: Progress): Headers {
  const dialect = progress.endpoint?.dialect ?? dialectOf(progress.request.path);
  return dialect === "anthropic-messages" ? anthropicHeaders(progress) : NONE;
}

function anthropicHeaders({ request, quota }: Pick<Progress, "request" | "quota">): Headers {
  if (quota === undefined) return { "request-id": request.id };
  return {
    "request-id": request.id,
    "anthropic-ratelimit-requests-limit": String(quota.limit),
    "anthropic-ratelimit-requests-remaining": String(quota.remaining),
    "anthropic-ratelimit-requests-reset": timeText(request.admittedAtMs + quota.resetMs),
  };
}

/** A time in whole seconds, as RFC 3339 has it: `2026-01-15T14:24:00Z`. Rounded up, so that it is not too early. */
function timeText(ms: number): string {
  return new Date(Math.ceil(ms / 1_000) * 1_000).toISOString().replace(".000Z", "Z");
}

/** Bytes of a header's value that is certainly taken. */
const DROPPED_CHARS_MAX = 1_024;

/** Names what a translation could not carry. Field names of a caller may hold anything: what a header cannot carry is masked. */
function droppedHeader(dropped: readonly string[]): Headers {
  if (dropped.length === 0) return NONE;
  return {
    "x-switchyard-dropped": dropped
      .join(", ")
      .replace(/[^\x20-\x7e]/g, "?")
      .slice(0, DROPPED_CHARS_MAX),
  };
}

/** As Google writes it. */
const ARRAY_TYPE = "application/json; charset=UTF-8";

/** Headers of a stream. Nothing on the way may hold it back, compress it or keep it. */
export const streamHeaders = (
  admitted: Admitted,
  { deployment }: PlannedAttempt,
  sent: Pick<Sent, "attempts" | "dropped">,
): Headers => ({
  ...baseHeaders(admitted),
  "content-type": admitted.call.framing === "array" ? ARRAY_TYPE : "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
  "x-switchyard-model": admitted.plan.model.id,
  "x-switchyard-provider": deployment.providerId,
  "x-switchyard-attempts": String(sent.attempts),
  "x-switchyard-cache": admitted.cache,
  ...droppedHeader(sent.dropped),
});

/** A duration as OpenAI writes it: `120ms`, `1.5s`, `6m0s`. */
function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10}s`;
  const seconds = Math.ceil(ms / 1_000);
  return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

/** When to come back, and whether to try at all: SDKs read both. */
export function retryHeaders(error: AppError): Headers {
  const headers: Record<string, string> = {};
  if (error.retryAfterS !== undefined) headers["retry-after"] = String(Math.max(1, Math.ceil(error.retryAfterS)));
  if (error.allow !== undefined) headers.allow = error.allow;
  if (error.shouldRetry !== undefined) headers["x-should-retry"] = String(error.shouldRetry);
  return headers;
}
