import type { AppError } from "#lib/base/errors";
import { newRequestId } from "#lib/base/ids";
import type { Roster } from "#lib/base/roster";
import { handle } from "#lib/gateway/handle";
import type { GatewayDeps } from "#lib/gateway/ports";
import { beginProgress } from "#lib/gateway/progress";
import { type CloseReason, type GatewayRequest, isStream, type Leaving, type ReplyStream } from "#lib/gateway/request";
import { respondError } from "#lib/gateway/steps/respond";
import type { DoorCall } from "./door/call.ts";

export type Serving = {
  readonly deps: GatewayDeps;
  readonly streams: Roster<ReplyStream>;
  readonly addressOf: (call: DoorCall) => string;
};

/** Serves one gateway call from its connection. Gives up its reply exactly once, however the connection ends. */
export async function serveGateway(call: DoorCall, serving: Serving): Promise<void> {
  const connection = new Connection(call);
  const reply = await handle(describe(call, serving, connection), serving.deps);
  connection.onClose(reply.onClose);
  if (isStream(reply.body)) follow(reply.body, serving.streams, call);
  call.send(reply);
}

/** Answers a call with a refusal before anything of it is read; it leaves a record all the same. */
export function refuseGateway(call: DoorCall, error: AppError, serving: Serving): void {
  const { deps } = serving;
  const connection = new Connection(call);
  deps.metrics.started();
  const request = describe(call, serving, connection);
  const reply = respondError(beginProgress(request, deps.clock.monotonic()), error, deps);
  connection.onClose(reply.onClose);
  call.send(reply);
}

/** Keeps a stream in the roster for as long as it runs, so that a shutdown can cut what is left. */
function follow(stream: ReplyStream, streams: Roster<ReplyStream>, call: DoorCall): void {
  const seat = streams.join(stream);
  call.onClose(() => streams.leave(seat));
}

function describe(call: DoorCall, { deps, addressOf }: Serving, leaving: Leaving): GatewayRequest {
  const { method, url } = call;
  const mark = url.indexOf("?");
  const admittedAtMs = deps.clock.now();
  return {
    id: newRequestId(admittedAtMs),
    admittedAtMs,
    method,
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? "" : url.slice(mark + 1),
    header: (name) => call.header(name),
    remoteAddress: addressOf(call),
    read: (limitBytes) => call.read(limitBytes),
    leaving,
  };
}

/** Hears of the call's close: before there is a reply it tells of the hang-up, afterwards how the reply ended. */
class Connection implements Leaving {
  readonly #call: DoorCall;
  #onLeft: (() => void) | null = null;
  #onClosed: ((reason: CloseReason) => void) | undefined;
  #isClosed: boolean;

  constructor(call: DoorCall) {
    this.#call = call;
    this.#isClosed = call.isGone();
    call.onClose(() => this.#close());
  }

  hasLeft(): boolean {
    return this.#isClosed && !this.#call.isSent();
  }

  listen(listener: (() => void) | null): void {
    this.#onLeft = listener;
    if (this.hasLeft()) listener?.();
  }

  onClose(listener: (reason: CloseReason) => void): void {
    if (this.#isClosed) listener(this.#reason());
    else this.#onClosed = listener;
  }

  #close(): void {
    this.#isClosed = true;
    const reason = this.#reason();
    if (reason === "caller-left") this.#onLeft?.();
    this.#onClosed?.(reason);
  }

  #reason(): CloseReason {
    return this.#call.isSent() ? "sent" : "caller-left";
  }
}
