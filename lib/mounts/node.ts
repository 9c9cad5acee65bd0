import type { AppError } from "#lib/base/errors";
import { newRequestId } from "#lib/base/ids";
import type { Roster } from "#lib/base/roster";
import { handle } from "#lib/gateway/handle";
import type { GatewayDeps } from "#lib/gateway/ports";
import { beginProgress } from "#lib/gateway/progress";
import { type CloseReason, type GatewayRequest, isStream, type Leaving, type ReplyStream } from "#lib/gateway/request";
import { respondError } from "#lib/gateway/steps/respond";
import type { BodyWatch } from "./door/body-watch.ts";
import { type Exchange, type Incoming, isGone, isSent } from "./door/exchange.ts";
import { readBody } from "./door/read-body.ts";
import { type Sending, sendReply } from "./door/send-reply.ts";

export type Serving = Sending & {
  readonly deps: GatewayDeps;
  readonly streams: Roster<ReplyStream>;
  readonly bodies: BodyWatch;
  readonly addressOf: (incoming: Incoming) => string;
};

/** Serves one gateway call from node:http or node:http2. Gives up its reply exactly once, however the connection ends. */
export async function serveGateway(exchange: Exchange, serving: Serving): Promise<void> {
  const connection = watch(exchange);
  const reply = await handle(describe(exchange, serving, connection.leaving), serving.deps);
  connection.onClose(reply.onClose);
  if (isStream(reply.body)) follow(reply.body, serving.streams, exchange);
  sendReply(reply, exchange, serving);
}

/** Answers a call with a refusal before anything of it is read; it leaves a record all the same. */
export function refuseGateway(exchange: Exchange, error: AppError, serving: Serving): void {
  const { deps } = serving;
  const connection = watch(exchange);
  deps.metrics.started();
  const request = describe(exchange, serving, connection.leaving);
  const reply = respondError(beginProgress(request, deps.clock.monotonic()), error, deps);
  connection.onClose(reply.onClose);
  sendReply(reply, exchange, serving);
}

/** Keeps a stream in the roster for as long as it runs, so that a shutdown can cut what is left. */
function follow(stream: ReplyStream, streams: Roster<ReplyStream>, { onClose }: Exchange): void {
  const seat = streams.join(stream);
  onClose(() => streams.leave(seat));
}

function describe(exchange: Exchange, serving: Serving, leaving: Leaving): GatewayRequest {
  const { incoming } = exchange;
  const { deps, addressOf } = serving;
  const url = incoming.url ?? "/";
  const mark = url.indexOf("?");
  const admittedAtMs = deps.clock.now();
  return {
    id: newRequestId(admittedAtMs),
    admittedAtMs,
    method: incoming.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? "" : url.slice(mark + 1),
    header: (name) => headerOf(incoming, name),
    remoteAddress: addressOf(incoming),
    read: (limitBytes) => readBody(exchange, limitBytes, serving),
    leaving,
  };
}

function headerOf(incoming: Incoming, name: string): string | undefined {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Hears of the response's close: before there is a reply it tells of the hang-up, afterwards how the reply ended. */
function watch({ outgoing, onClose }: Exchange) {
  let onLeft: (() => void) | null = null;
  let onClosed: ((reason: CloseReason) => void) | undefined;
  let isClosed = isGone(outgoing);
  const reason = () => (isSent(outgoing) ? "sent" : "caller-left");
  onClose(() => {
    isClosed = true;
    if (reason() === "caller-left") onLeft?.();
    onClosed?.(reason());
  });
  const leaving: Leaving = {
    hasLeft: () => isClosed && !isSent(outgoing),
    listen: (listener) => {
      onLeft = listener;
      if (isClosed && !isSent(outgoing)) listener?.();
    },
  };
  return {
    leaving,
    onClose: (listener: (reason: CloseReason) => void) => {
      if (isClosed) listener(reason());
      else onClosed = listener;
    },
  };
}
