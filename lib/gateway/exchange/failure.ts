import { AppError, type ErrorCode } from "#lib/base/errors";
import type { UpstreamFault } from "../ports.ts";
import type { Failure } from "../providers/provider.ts";

/** How one try went wrong: its kind, the upstream's status (0 for none), and its own error body where it concerns the caller. */
export type TryFailure = {
  readonly failure: Failure;
  readonly status: number;
  readonly detail: string;
  /** The upstream's JSON error, to be shown as it is: only for what the caller itself got wrong. */
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

const RELAYED_STATUS: ReadonlySet<number> = new Set([400, 404, 409, 413, 415, 422]);

/** True for a status that speaks of the caller's own request, whose error body is relayed as it is. */
export const isCallersFault = (status: number) => RELAYED_STATUS.has(status);

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

/** Gives the last failed try as what the caller is told; the upstream's own words stay in the log. */
export function errorOf(report: TryFailure): AppError {
  const code = CODES[report.failure.kind] ?? "upstream_failed";
  const message = MESSAGES[code] ?? "The upstream could not answer this request.";
  const isTemporary = code === "rate_limited" || code === "no_upstream";
  return new AppError(code, message, {
    detail: `${report.failure.kind} ${report.status}: ${report.detail}`,
    retryAfterS: report.failure.cooldownS ?? (isTemporary ? 5 : undefined),
    shouldRetry: code === "upstream_rejected" ? false : undefined,
  });
}
