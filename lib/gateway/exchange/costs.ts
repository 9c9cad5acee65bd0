import type { Usage } from "#lib/base/request-record";
import type { NanoUsd } from "#lib/base/units";
import { costOfUsage, FREE } from "../price.ts";
import type { Admitted } from "../progress.ts";
import type { PlannedAttempt } from "../routing/plan.ts";

export type Costs = { readonly cost: NanoUsd; readonly upstreamCost: NanoUsd };

export const NO_COSTS: Costs = { cost: FREE, upstreamCost: FREE };

/** Gives what the customer pays and what we pay, in nano-dollars. A test key costs nothing, nor does what is not metered. */
export function costsOf(admitted: Admitted, attempt: PlannedAttempt, usage: Usage): Costs {
  if (admitted.caller.isTest || admitted.call.endpoint.metering === "none") return NO_COSTS;
  const { cost } = attempt.deployment;
  return {
    cost: costOfUsage(admitted.plan.model.price, usage),
    upstreamCost: cost === undefined ? FREE : costOfUsage(cost, usage),
  };
}
