import { AppError } from "#lib/base/errors";
import type { AttemptRecord } from "#lib/base/request-record";
import { BOUNDS } from "../bounds.ts";
import type { Answer, TryResult } from "../exchange/answer.ts";
import { createCheckpoints } from "../exchange/checkpoints.ts";
import { exchangeOf } from "../exchange/exchange-of.ts";
import type { TryFailure } from "../exchange/failure.ts";
import { errorOf } from "../exchange/failure.ts";
import { inForm } from "../exchange/in-form.ts";
import { openStream } from "../exchange/live.ts";
import { upstreamRequestOf } from "../exchange/upstream-request.ts";
import { exchangeWhole, type Send } from "../exchange/whole.ts";
import { nextTurn } from "../next-turn.ts";
import type { GatewayDeps, UpstreamRequest } from "../ports.ts";
import { FREE } from "../price.ts";
import type { Admitted } from "../progress.ts";
import type { PlannedAttempt } from "../routing/plan.ts";

/** What came of a plan. `tried` are the attempts that failed before; `attempt` is the one that answered. */
export type Delivery =
  | (Answer & { readonly attempt: PlannedAttempt; readonly tried: readonly AttemptRecord[] })
  | {
      readonly kind: "failed";
      readonly error: AppError;
      readonly relay?: TryFailure;
      readonly tried: readonly AttemptRecord[];
      /** The attempt that was running when the caller left. */
      readonly abandoned?: PlannedAttempt;
    };

/** Tries the plan's attempts in order until one answers. Nothing has been sent to the caller when it gives its result. */
export async function dispatch(admitted: Admitted, deps: GatewayDeps): Promise<Delivery> {
  const { plan, request } = admitted;
  const deadlineMs = deps.clock.monotonic() + plan.model.timeouts.totalMs;
  const tried: AttemptRecord[] = [];
  let last: TryFailure | undefined;
  // Whoever leaves before anything was sent owes nothing.
  if (request.leaving.hasLeft()) return { kind: "failed", error: callerLeft(), tried };
  for (const attempt of plan.attempts) {
    const startedMs = deps.clock.monotonic();
    const result = await tryOnce(admitted, attempt, { deps, remainingMs: deadlineMs - startedMs });
    if (result === "left") {
      tried.push(attemptRecordOf(attempt, "caller left", { startedMs, deps }));
      return { kind: "failed", error: callerLeft(), tried, abandoned: attempt };
    }
    if (result.ok) return { ...result.value, attempt, tried };
    last = result.report;
    tried.push({ ...attemptRecordOf(attempt, last.failure.kind, { startedMs, deps }), status: last.status });
    if (!last.failure.isRetryable || request.leaving.hasLeft() || deps.clock.monotonic() >= deadlineMs) break;
  }
  if (last === undefined) throw new Error("a plan without attempts");
  return { kind: "failed", error: errorOf(last), relay: last.relay ? last : undefined, tried };
}

const callerLeft = () => new AppError("caller_left", "The caller hung up.");

type Means = { readonly deps: GatewayDeps; readonly remainingMs: number };

function tryOnce(admitted: Admitted, attempt: PlannedAttempt, { deps, remainingMs }: Means): Promise<TryResult> {
  const { call, plan, request } = admitted;
  const timeouts = { ...plan.model.timeouts, totalMs: remainingMs };
  const outgoing = upstreamRequestOf(call, attempt, { requestId: request.id, timeouts, header: request.header });
  const start = () => startTry(admitted, attempt, { deps, outgoing });
  // To write a large body and then to send it would keep all other callers waiting.
  if ((outgoing.body?.length ?? 0) <= BOUNDS.turnBytesMax) return start();
  return nextTurn().then(() => (request.leaving.hasLeft() ? "left" : start()));
}

type Started = { readonly deps: GatewayDeps; readonly outgoing: UpstreamRequest };

function startTry(admitted: Admitted, attempt: PlannedAttempt, { deps, outgoing }: Started): Promise<TryResult> {
  const { call, request } = admitted;
  const { provider } = attempt.deployment;
  const { secret } = attempt.credential;
  const { leaving } = request;
  const exchange = exchangeOf(admitted, attempt);
  const port = provider.isSimulated ? deps.sandbox : deps.upstream;
  const send: Send = (listener) => port.send(outgoing, listener);
  if (!call.isStream) {
    const trying = exchangeWhole({ send, read: exchange.readWhole, secret, leaving });
    const { convert } = call.endpoint;
    // What is written anew has its form already.
    return convert && attempt.wire.kind === "pass" ? inForm(trying, (reply) => convert(reply, call)) : trying;
  }
  const onProgress = createCheckpoints(admitted, attempt, deps);
  const reader = exchange.createReader();
  return openStream({ send, provider, secret, reader, silence: deps.silence, leaving, onProgress });
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
