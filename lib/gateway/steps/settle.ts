import { type AttemptRecord, NO_USAGE, type Outcome, type RequestRecord, type Usage } from "#lib/base/request-record";
import { type Costs, NO_COSTS } from "../exchange/costs.ts";
import { droppedBy } from "../exchange/dropped.ts";
import type { GatewayDeps } from "../ports.ts";
import { FREE } from "../price.ts";
import type { Progress } from "../progress.ts";
import type { PlannedAttempt } from "../routing/plan.ts";
import { admissionOf } from "./admission-of.ts";

/** How a request ended: everything the record needs that the steps before dispatch did not know. */
export type Ending = {
  readonly status: number;
  readonly outcome: Outcome;
  readonly errorCode: string | null;
  readonly attempt?: PlannedAttempt;
  readonly tried?: readonly AttemptRecord[];
  readonly usage?: Usage;
  readonly costs?: Costs;
  readonly firstByteMs?: number | null;
};

/**
 * Closes a request: gives back its hold, writes its one record to the journal and the metrics. The door calls it once,
 * when the reply is out or its connection is gone; a second call does nothing.
 */
export function createSettlement(progress: Progress, deps: GatewayDeps) {
  let isSettled = false;
  return (ending: Ending): void => {
    if (isSettled) return;
    isSettled = true;
    const record = recordOf(progress, ending, deps.clock.monotonic());
    // Anything else is a refusal, or an answer of our own.
    if (progress.isAdmitted) deps.journal.settle(record);
    else deps.journal.note(record);
    // After the journal, which says since when the row waits: the cost counts until it is recorded.
    progress.hold?.settle(record.cost);
    deps.metrics.finished(record);
  };
}

function recordOf(progress: Progress, ending: Ending, nowMs: number): RequestRecord {
  const costs = ending.costs ?? NO_COSTS;
  const durationMs = Math.round(nowMs - progress.startedMs);
  return {
    ...admissionOf(progress, ending.attempt),
    rejected: progress.plan?.rejected ?? [],
    cache: progress.cache ?? "bypass",
    status: ending.status,
    outcome: ending.outcome,
    errorCode: ending.errorCode,
    requests: 1,
    attempts: attemptsOf(progress, ending, { costs, durationMs }),
    usage: ending.usage ?? NO_USAGE,
    cost: costs.cost,
    upstreamCost: costs.upstreamCost,
    durationMs,
    firstByteMs: ending.firstByteMs ?? null,
  };
}

const NOTHING_TRIED: readonly AttemptRecord[] = [];

function attemptsOf(
  progress: Progress,
  ending: Ending,
  sums: { readonly costs: Costs; readonly durationMs: number },
): readonly AttemptRecord[] {
  const tried = ending.tried ?? NOTHING_TRIED;
  if (ending.attempt === undefined) return tried;
  const { deployment, credential } = ending.attempt;
  const before = tried.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const last = {
    deployment: deployment.id,
    provider: deployment.providerId,
    credential: credential.id,
    status: ending.outcome === "completed" || ending.outcome === "cancelled" ? 200 : ending.status,
    ...(ending.errorCode === null ? {} : { failure: ending.errorCode }),
    ...droppedField(ending.attempt),
    durationMs: Math.max(0, sums.durationMs - before),
    costNano: progress.caller?.isTest ? FREE : sums.costs.upstreamCost,
  };
  return tried.length === 0 ? [last] : [...tried, last];
}

function droppedField(attempt: PlannedAttempt): Pick<AttemptRecord, "dropped"> {
  const dropped = droppedBy(attempt);
  return dropped.length === 0 ? {} : { dropped };
}
