import { type AppError, toAppError } from "#lib/base/errors";
import { PASSAGES } from "../dialects/registry.ts";
import { dialectOf } from "../endpoints/dialect-of.ts";
import type { LiveStream } from "../exchange/answer.ts";
import { costsOf } from "../exchange/costs.ts";
import { droppedBy } from "../exchange/dropped.ts";
import { usageOf } from "../exchange/estimate.ts";
import type { GatewayDeps } from "../ports.ts";
import type { Admitted, Progress } from "../progress.ts";
import type { GatewayReply } from "../request.ts";
import type { PlannedAttempt } from "../routing/plan.ts";
import type { Delivery } from "./dispatch.ts";
import { baseHeaders, JSON_TYPE, retryHeaders, streamHeaders, wholeHeaders } from "./headers.ts";
import { createSettlement, type Ending } from "./settle.ts";

/** Makes the reply of a delivery, whole, streamed or failed; its close settles the request. */
export function respond(admitted: Admitted, delivery: Delivery, deps: GatewayDeps): GatewayReply {
  if (delivery.kind === "whole") return respondWhole(admitted, delivery, deps);
  if (delivery.kind === "stream") return respondStream(admitted, delivery, deps);
  return respondFailed(admitted, delivery, deps);
}

function respondWhole(
  admitted: Admitted,
  delivery: Extract<Delivery, { kind: "whole" }>,
  deps: GatewayDeps,
): GatewayReply {
  const { reply, attempt, tried } = delivery;
  const { call } = admitted;
  const usage = usageOf(call, reply);
  const { body } = reply;
  const costs = costsOf(admitted, attempt, usage);
  const firstByteMs = Math.round(deps.clock.monotonic() - admitted.startedMs);
  const settle = createSettlement(admitted, deps);
  return {
    status: reply.status,
    headers: wholeHeaders(admitted, attempt, {
      attempts: tried.length + 1,
      cost: costs.cost,
      bytes: body.length,
      firstByteMs,
      dropped: droppedBy(attempt, reply.losses),
    }),
    body,
    onClose: () =>
      settle({
        status: reply.status,
        outcome: "completed",
        errorCode: null,
        attempt,
        tried,
        usage,
        costs,
        firstByteMs,
      }),
  };
}

function respondStream(
  admitted: Admitted,
  delivery: Extract<Delivery, { kind: "stream" }>,
  deps: GatewayDeps,
): GatewayReply {
  const { live, attempt, tried } = delivery;
  const firstByteMs = Math.round(deps.clock.monotonic() - admitted.startedMs);
  const settle = createSettlement(admitted, deps);
  return {
    status: 200,
    headers: streamHeaders(admitted, attempt, { attempts: tried.length + 1, dropped: droppedBy(attempt) }),
    body: { pump: live.pump, cut: live.cut },
    onClose: (reason) => {
      live.abort();
      const hasLeft = reason === "caller-left";
      settle({ ...endOf(live, hasLeft), ...billOf(live, { admitted, attempt, hasLeft }), attempt, tried, firstByteMs });
    },
  };
}

function endOf(live: LiveStream, hasLeft: boolean): Pick<Ending, "status" | "outcome" | "errorCode"> {
  if (hasLeft) return { status: 499, outcome: "cancelled", errorCode: "caller_left" };
  const fault = live.fault();
  return { status: 200, outcome: fault ? "failed" : "completed", errorCode: fault?.code ?? null };
}

type Billing = { readonly admitted: Admitted; readonly attempt: PlannedAttempt; readonly hasLeft: boolean };

function billOf(live: LiveStream, { admitted, attempt, hasLeft }: Billing): Pick<Ending, "usage" | "costs"> {
  const state = live.state();
  // A comment in a long silence opens a stream, and is no content.
  if (live.fault() && !hasLeft && !state.hasContent) return {};
  const usage = usageOf(admitted.call, state);
  return { usage, costs: costsOf(admitted, attempt, usage) };
}

function respondFailed(
  admitted: Admitted,
  delivery: Extract<Delivery, { kind: "failed" }>,
  deps: GatewayDeps,
): GatewayReply {
  const { error, relay, tried, abandoned } = delivery;
  const hasLeft = error.code === "caller_left";
  const settle = createSettlement(admitted, deps);
  const status = relay && relay.status >= 400 ? relay.status : error.status;
  // The upstream may bill what it had begun when the caller left: input is charged, output was never seen (docs/billing-policy.md).
  const usage = abandoned ? usageOf(admitted.call, { usage: undefined, outputBytes: 0 }) : undefined;
  const costs = abandoned && usage ? costsOf(admitted, abandoned, usage) : undefined;
  // Where the last attempt was translated its words are another dialect's, and ours carry what they said.
  const isPassing = admitted.plan.attempts[tried.length - 1]?.wire.kind === "pass";
  deps.log.warn("attempts failed", { requestId: admitted.request.id, code: error.code, detail: error.detail });
  return {
    ...errorReply(admitted, error, isPassing ? relay?.relay : undefined),
    status,
    onClose: () =>
      settle({ status, outcome: hasLeft ? "cancelled" : "failed", errorCode: error.code, tried, usage, costs }),
  };
}

/** Makes the reply of a refusal, and writes what we did not expect to the log. */
export function respondError(progress: Progress, thrown: unknown, deps: GatewayDeps): GatewayReply {
  const error = toAppError(thrown);
  if (error.code === "internal")
    deps.log.error("request failed", { requestId: progress.request.id, error: error.cause });
  const settle = createSettlement(progress, deps);
  const outcome = error.status >= 500 ? "failed" : "refused";
  return {
    ...errorReply(progress, error),
    onClose: () => settle({ status: error.status, outcome, errorCode: error.code }),
  };
}

const encoder = new TextEncoder();

function errorReply(progress: Progress, error: AppError, relay?: Uint8Array): Omit<GatewayReply, "onClose"> {
  const { request } = progress;
  const { encodeError } = PASSAGES[progress.endpoint?.dialect ?? dialectOf(request.path)];
  const body = relay ?? encoder.encode(JSON.stringify(encodeError(error, request.id)));
  const length = { "content-length": String(body.length) };
  return {
    status: error.status,
    headers: { ...baseHeaders(progress), ...JSON_TYPE, ...retryHeaders(error), ...length },
    body,
  };
}
