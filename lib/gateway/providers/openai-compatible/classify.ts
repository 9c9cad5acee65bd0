import type { Failure, UpstreamHead } from "../provider.ts";

const COOLDOWN_S_MAX = 3_600;

/** Classifies a failure by status and OpenAI's error code: what kind it is and whether another upstream may be asked. */
export function classifyByStatus(head: UpstreamHead, body: unknown): Failure {
  const code = codeOf(body);
  if (code === "context_length_exceeded") return { kind: "context-too-long", isRetryable: false };
  if (code === "content_filter" || code === "content_policy_violation")
    return { kind: "content-filter", isRetryable: false };
  if (code === "insufficient_quota") return { kind: "quota", isRetryable: true };
  const kind = kindByStatus(head.status);
  return { kind, isRetryable: RETRYABLE.has(kind), cooldownS: kind === "rate-limit" ? retryAfterS(head) : undefined };
}

const RETRYABLE: ReadonlySet<Failure["kind"]> = new Set([
  "authentication",
  "permission",
  "not-found",
  "rate-limit",
  "quota",
  "overloaded",
  "server",
  "timeout",
  "network",
  "bad-reply",
]);

const BY_STATUS: Readonly<Record<number, Failure["kind"]>> = {
  401: "authentication",
  402: "quota",
  403: "permission",
  404: "not-found",
  408: "timeout",
  429: "rate-limit",
  503: "overloaded",
  504: "timeout",
  529: "overloaded",
};

function kindByStatus(status: number): Failure["kind"] {
  const known = BY_STATUS[status];
  if (known) return known;
  if (status >= 500) return "server";
  return status >= 400 ? "bad-request" : "bad-reply";
}

function codeOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("error" in body)) return undefined;
  const { error } = body;
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Reads `retry-after-ms` and `retry-after` (seconds or an HTTP date); gives whole seconds, at least 1, capped. */
function retryAfterS(head: UpstreamHead): number | undefined {
  const ms = Number(head.header("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return boundedS(ms / 1000);
  const text = head.header("retry-after");
  if (text === undefined) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : secondsUntil(text, head.header("date"));
  return Number.isFinite(seconds) && seconds >= 0 ? boundedS(seconds) : undefined;
}

// Measured against the upstream's own Date header, so that neither clock matters.
const secondsUntil = (text: string, date: string | undefined) =>
  date === undefined ? Number.NaN : (Date.parse(text) - Date.parse(date)) / 1000;

const boundedS = (seconds: number) => Math.min(COOLDOWN_S_MAX, Math.max(1, Math.ceil(seconds)));
