import { AppError } from "#lib/base/errors";
import type { Caller, LimitDecision, LimitsPort } from "../ports.ts";

export type Quota = Extract<LimitDecision, { allowed: true }>;

/** Takes one request from the caller's allowance. Refuses with 429 and when to come back. */
export function limit(caller: Caller, limits: LimitsPort): Quota {
  const decision = limits.take(caller);
  if (decision.allowed) return decision;
  throw new AppError("rate_limited", `Rate limit reached: ${decision.limit} requests per minute for this key.`, {
    retryAfterS: decision.retryAfterS,
  });
}
