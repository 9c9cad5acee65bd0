import { markLength } from "#lib/base/bytes";
import { AppError, type ErrorCode } from "#lib/base/errors";
import { objectIn } from "../dialects/read.ts";
import { textOf } from "../json-scan.ts";
import { writtenOf } from "../json-write.ts";
import type { UpstreamFault } from "../ports.ts";
import { readError } from "../providers/openai-compatible/read-error.ts";
import type { Failure, Provider, UpstreamHead } from "../providers/provider.ts";

/** How one try went wrong: its kind, the upstream's status (0 for none), and what it said where that concerns the caller. */
export type TryFailure = {
  readonly failure: Failure;
  readonly status: number;
  readonly detail: string;
  /** What the upstream said of the caller's own request, to be passed on. */
  readonly said?: { readonly message: string; readonly param?: string };
  /** Its error as it came, for a caller of its own dialect. */
  readonly relay?: Uint8Array;
};

export type Tried<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly report: TryFailure };

export const failed = (report: TryFailure): { readonly ok: false; readonly report: TryFailure } => ({
  ok: false,
  report,
});

/** A reply that is not what was asked for: another upstream may do better. */
export const badReply = (status: number, detail: string): TryFailure => ({
  failure: { kind: "bad-reply", isRetryable: true },
  status,
  detail,
});

/** Gives a transport fault as a failed try; when the total time is up, nobody else has time either. */
export const faultReport = (fault: UpstreamFault): TryFailure => ({
  failure: {
    kind: fault.kind.endsWith("timeout") ? "timeout" : "network",
    isRetryable: fault.kind !== "total-timeout",
  },
  status: 0,
  detail: `${fault.kind}: ${fault.message}`,
});

/** Failures that speak of the caller's own request: another upstream would say the same, and the caller must hear it. */
const CALLERS_FAULT: ReadonlySet<Failure["kind"]> = new Set(["bad-request", "context-too-long", "content-filter"]);

/** Classifies an answer that is a failure; what it says is kept for the caller only where it speaks of the caller's request. */
export function failureOf(head: UpstreamHead, body: Uint8Array, provider: Provider): TryFailure {
  const parsed = parsedOf(body);
  const failure = provider.classify(head, parsed);
  const report = { failure, status: head.status, detail: `upstream answered ${head.status}` };
  if (!CALLERS_FAULT.has(failure.kind)) return report;
  const { message } = readError(parsed);
  const error = objectIn(objectIn(parsed)?.error);
  const param = typeof error?.param === "string" ? error.param : undefined;
  return { ...report, said: { message, param }, relay: error === undefined ? undefined : withAllKeys(body, parsed) };
}

/** Shorter ones, as local servers are given for form's sake, are words like any other. */
const SECRET_CHARACTERS_MIN = 8;

/** Takes the gateway's own credential out of what an upstream said, before a caller hears of it. */
export function concealed(report: TryFailure, secret: string): TryFailure {
  const { said, relay } = report;
  if (said === undefined || secret.length < SECRET_CHARACTERS_MIN) return report;
  const hide = (text: string, as = secret) => text.replaceAll(as, "[concealed]");
  const words = { message: hide(said.message), param: said.param === undefined ? undefined : hide(said.param) };
  // In JSON it may be written with escapes.
  const written = relay && hide(hide(textOf(relay), JSON.stringify(secret).slice(1, -1)));
  return { ...report, said: words, relay: written === undefined ? undefined : Buffer.from(written) };
}

const OPENAI_KEYS = ["message", "type", "param", "code"];

/** Completes OpenAI's error object, of which its imitators leave out keys; others are left as they came. */
function withAllKeys(body: Uint8Array, parsed: unknown): Uint8Array {
  const whole = objectIn(parsed) ?? {};
  const error = objectIn(whole.error) ?? {};
  if (whole.type === "error" || "status" in error || OPENAI_KEYS.every((key) => key in error)) return body;
  const completed = { ...whole, error: { type: "invalid_request_error", param: null, code: null, ...error } };
  const written = writtenOf(completed);
  return written === undefined ? body : Buffer.from(written);
}

function parsedOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(body, markLength(body)));
  } catch {
    return undefined;
  }
}

/** Codes of what is the caller's to mend, by the upstream's status; anything else is a bad request. */
const CALLERS_CODES: Readonly<Record<number, ErrorCode>> = {
  409: "conflict",
  413: "body_too_large",
  415: "unsupported_content",
  422: "unprocessable",
};

function callersCode({ failure, status }: TryFailure): ErrorCode | undefined {
  if (failure.kind === "context-too-long") return "context_length_exceeded";
  if (failure.kind === "content-filter") return "content_filter";
  return failure.kind === "bad-request" ? (CALLERS_CODES[status] ?? "invalid_request") : undefined;
}

const CODES: Partial<Record<Failure["kind"], ErrorCode>> = {
  "rate-limit": "rate_limited",
  quota: "upstream_rejected",
  authentication: "upstream_rejected",
  permission: "upstream_rejected",
  "not-found": "upstream_rejected",
  overloaded: "no_upstream",
  timeout: "upstream_timeout",
};

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  rate_limited: "The model's upstream is at its rate limit. Please retry later.",
  upstream_rejected: "The upstream refused the gateway's own access. The operator has to mend this.",
  no_upstream: "The model's upstream is overloaded. Please retry later.",
  upstream_timeout: "The upstream did not answer in time.",
};

/** Gives the last failed try as what the caller is told: the upstream's words where they speak of the caller's request, ours elsewhere. */
export function errorOf(report: TryFailure): AppError {
  const detail = `${report.failure.kind} ${report.status}: ${report.detail}`;
  const callers = report.said && callersCode(report);
  if (callers && report.said)
    return new AppError(callers, report.said.message || "The upstream refused this request.", {
      detail,
      param: report.said.param,
    });
  const code = CODES[report.failure.kind] ?? "upstream_failed";
  const message = MESSAGES[code] ?? "The upstream could not answer this request.";
  const isTemporary = code === "rate_limited" || code === "no_upstream";
  return new AppError(code, message, {
    detail,
    retryAfterS: report.failure.cooldownS ?? (isTemporary ? 5 : undefined),
    shouldRetry: code === "upstream_rejected" ? false : undefined,
  });
}
