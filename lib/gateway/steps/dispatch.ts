import { AppError } from "#lib/base/errors";
import type { AttemptRecord, Usage } from "#lib/base/request-record";
import { createCheckpoints } from "../exchange/checkpoints.ts";
import { exchangeOf } from "../exchange/exchange-of.ts";
import type { TryFailure } from "../exchange/failure.ts";
import { concealed, errorOf } from "../exchange/failure.ts";
import { type LiveStream, openStream } from "../exchange/live.ts";
import type { WholeReply } from "../exchange/read-reply.ts";
import { upstreamRequestOf } from "../exchange/upstream-request.ts";
import { exchangeWhole, type Send } from "../exchange/whole.ts";
import type { AdmittedRequest, GatewayDeps } from "../ports.ts";
import { FREE } from "../price.ts";
import type { Admitted } from "../progress.ts";
import type { PlannedAttempt } from "../routing/plan.ts";

/** What came of a plan. `tried` are the attempts that failed before; `attempt` is the one that answered. */
export type Delivery =
  | {
      readonly kind: "whole";
      readonly reply: WholeReply;
      readonly attempt: PlannedAttempt;
      readonly tried: readonly AttemptRecord[];
    }
  | {
      readonly kind: "stream";
      readonly live: LiveStream;
      readonly attempt: PlannedAttempt;
      readonly tried: readonly AttemptRecord[];
    }
  | {
      readonly kind: "failed";
      readonly error: AppError;
      readonly relay?: TryFailure;
      readonly tried: readonly AttemptRecord[];
      readonly usage?: Usage;
    };

/** Journals the request, then tries the plan's attempts in order until one answers. Nothing has been sent to the caller when it gives its result. */
export async function dispatch(admitted: Admitted, deps: GatewayDeps): Promise<Delivery> {
  const { plan, request } = admitted;
  const deadlineMs = deps.clock.monotonic() + plan.model.timeouts.totalMs;
  const tried: AttemptRecord[] = [];
  let last: TryFailure | undefined;
  await deps.journal.admit(admissionOf(admitted));
  for (const attempt of plan.attempts) {
    const startedMs = deps.clock.monotonic();
    const result = await tryOnce(admitted, attempt, { deps, remainingMs: deadlineMs - startedMs });
    if (result === "left") {
      tried.push(attemptRecordOf(attempt, "caller left", { startedMs, deps }));
      return { kind: "failed", error: new AppError("caller_left", "The caller hung up."), tried };
    }
    if (result.ok) return { ...result.value, attempt, tried };
    last = result.report;
    tried.push({ ...attemptRecordOf(attempt, last.failure.kind, { startedMs, deps }), status: last.status });
    if (!last.failure.isRetryable || request.leaving.hasLeft() || deps.clock.monotonic() >= deadlineMs) break;
  }
  if (last === undefined) throw new Error("a plan without attempts");
  return { kind: "failed", error: errorOf(last), relay: last.relay ? last : undefined, tried };
}

type Answer =
  | { readonly kind: "whole"; readonly reply: WholeReply }
  | { readonly kind: "stream"; readonly live: LiveStream };
type TryResult =
  | "left"
  | { readonly ok: true; readonly value: Answer }
  | { readonly ok: false; readonly report: TryFailure };

async function tryOnce(
  admitted: Admitted,
  attempt: PlannedAttempt,
  how: { readonly deps: GatewayDeps; readonly remainingMs: number },
): Promise<TryResult> {
  const { call, plan, request } = admitted;
  const { provider } = attempt.deployment;
  if (request.leaving.hasLeft()) return "left";
  const timeouts = { ...plan.model.timeouts, totalMs: how.remainingMs };
  const outgoing = upstreamRequestOf(call, attempt, { requestId: request.id, timeouts, header: request.header });
  const exchange = exchangeOf(admitted, attempt);
  const port = provider.isSimulated ? how.deps.sandbox : how.deps.upstream;
  const send: Send = (listener) => port.send(outgoing, listener);
  if (!call.isStream) {
    const result = await exchangeWhole(send, exchange.readWhole, request.leaving);
    if (result === "left") return result;
    if (!result.ok) return { ok: false, report: concealed(result.report, attempt.credential.secret) };
    return { ok: true, value: { kind: "whole", reply: result.value } };
  }
  const onProgress = createCheckpoints(admitted, attempt, how.deps);
  const reader = exchange.createReader();
  const result = await openStream({
    send,
    provider,
    secret: attempt.credential.secret,
    reader,
    silence: how.deps.silence,
    leaving: request.leaving,
    onProgress,
  });
  return result === "left" || !result.ok ? result : { ok: true, value: { kind: "stream", live: result.value } };
}

function admissionOf({ request, caller, call, plan, endpoint, configVersion }: Admitted): AdmittedRequest {
  const first = plan.attempts[0];
  return {
    id: request.id,
    admittedAtMs: request.admittedAtMs,
    orgId: caller.orgId,
    projectId: caller.projectId,
    memberId: caller.memberId,
    keyId: caller.keyId,
    endpoint: endpoint.name,
    requestedModel: call.model,
    servedModel: plan.model.id,
    provider: first?.deployment.providerId ?? "",
    deployment: first?.deployment.id ?? "",
    isStream: call.isStream,
    isTest: caller.isTest,
    configVersion,
  };
}

/** The record of one attempt that has ended. */
const attemptRecordOf = (
  attempt: PlannedAttempt,
  failure: string | undefined,
  timing: { readonly startedMs: number; readonly deps: GatewayDeps },
): AttemptRecord => ({
  deployment: attempt.deployment.id,
  provider: attempt.deployment.providerId,
  credential: attempt.credential.id,
  status: failure === undefined ? 200 : 0,
  ...(failure === undefined ? {} : { failure }),
  durationMs: Math.round(timing.deps.clock.monotonic() - timing.startedMs),
  costNano: FREE,
});
