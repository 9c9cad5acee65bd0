import type { UpstreamCall, UpstreamFault, UpstreamListener, UpstreamPort, UpstreamRequest } from "#lib/gateway/ports";
import type { Timeouts } from "#lib/gateway/routing/table";
import { RefusedAddress } from "./address-guard.ts";
import { createDeadlines, type Deadlines, type LateKind, type Watch, type Watched } from "./deadlines.ts";
import type { Connection, Exchange } from "./http1/connection.ts";
import { type Connections, createConnections } from "./http1/connections.ts";
import type { ReplyHead } from "./http1/reply-head.ts";
import { requestHeadOf } from "./http1/request-head.ts";
import { createTargets, type Target } from "./http1/target.ts";
import { createTurns, type Receiver, type Turn, type Turns } from "./turns.ts";

const CONNECT_MS_MAX = 30_000;

export type Dialer = UpstreamPort & { readonly close: () => Promise<void> };

/**
 * The one outbound dialer. Refuses private addresses unless the provider allows them, connects to the address it checked,
 * follows no redirect (a 3xx is a failed attempt), asks for identity encoding. Every wait has its deadline.
 */
export function openDialer(): Dialer {
  const deadlines = createDeadlines();
  const turns = createTurns();
  const targetOf = createTargets();
  const connections = createConnections();
  return {
    send: (request, listener) => startCall(request, listener, { connections, deadlines, turns, targetOf }),
    async close() {
      deadlines.close();
      connections.close();
    },
  };
}

type Means = {
  readonly connections: Connections;
  readonly deadlines: Deadlines;
  readonly turns: Turns;
  readonly targetOf: (url: string) => Target;
};

type Asked = {
  readonly request: UpstreamRequest;
  readonly head: string;
  readonly host: string;
  readonly listener: UpstreamListener;
};

function startCall(request: UpstreamRequest, listener: UpstreamListener, means: Means): UpstreamCall {
  const target = means.targetOf(request.url);
  const head = requestHeadOf(target, request);
  const call = new Call({ request, head: head ?? "", host: target.host, listener }, means);
  if (head === undefined) queueMicrotask(() => call.fail({ kind: "network", message: "a header cannot be sent" }));
  else call.start(means.connections.to(target, !request.allowPrivateNetwork));
  return call;
}

/** One object that all ask: a call is begun for every request, and each closure of it would be made anew. */
class Call implements UpstreamCall, Exchange, Receiver, Watched {
  readonly head: string;
  readonly body: Uint8Array | null;
  readonly #listener: UpstreamListener;
  readonly #timeouts: Timeouts;
  readonly #host: string;
  readonly #watch: Watch;
  readonly #turn: Turn;
  #connection: Connection | undefined;
  #isOver = false;
  #isPaused = false;

  constructor({ request, head, host, listener }: Asked, { deadlines, turns }: Pick<Means, "deadlines" | "turns">) {
    this.head = head;
    this.body = request.body;
    this.#listener = listener;
    this.#timeouts = request.timeouts;
    this.#host = host;
    this.#watch = deadlines.start(request.timeouts.totalMs, this);
    this.#turn = turns.join(this);
  }

  start(connection: Connection): void {
    this.#watch.expect("connect-timeout", Math.min(this.#timeouts.connectMs, CONNECT_MS_MAX));
    this.#connection = connection;
    connection.start(this);
  }

  abort(): void {
    if (this.#isOver) return;
    this.#finish();
    this.#connection?.destroy();
  }

  fail(fault: UpstreamFault): void {
    if (this.#isOver) return;
    this.abort();
    this.#listener.onFault(fault);
  }

  pause(): void {
    if (this.#isOver) return;
    this.#isPaused = true;
    // Our caller is slow, not the upstream: its idle clock stands still.
    this.#watch.expect("idle-timeout", Number.POSITIVE_INFINITY);
    this.#connection?.pause();
  }

  resume(): void {
    if (this.#isOver) return;
    this.#isPaused = false;
    this.#watch.expect("idle-timeout", this.#timeouts.idleMs);
    if (!this.#turn.isWaiting()) this.#connection?.resume();
  }

  onTurnSpent(): void {
    if (!this.#isOver) this.#connection?.pause();
  }

  onTurnBegun(): void {
    if (!this.#isOver && !this.#isPaused) this.#connection?.resume();
  }

  onLate(kind: LateKind): void {
    this.fail({ kind, message: `no progress in time at ${this.#host}` });
  }

  // A connection tells nothing once it is destroyed, nor while it is paused, so nothing below asks for either.

  onSent(): void {
    this.#watch.expect("first-byte-timeout", this.#timeouts.firstByteMs);
  }

  onHead({ status, header }: ReplyHead): void {
    this.#watch.expect("idle-timeout", this.#timeouts.idleMs);
    this.#listener.onHead(status, header);
  }

  onData(data: Buffer): void {
    this.#watch.expect("idle-timeout", this.#timeouts.idleMs);
    this.#listener.onData(data);
    this.#turn.spend(data.length);
  }

  onEnd(): void {
    this.#finish();
    try {
      this.#listener.onEnd();
    } catch {
      this.#listener.onFault({ kind: "network", message: "the end of the reply could not be taken" });
    }
  }

  onFault(error: Error): void {
    this.#finish();
    this.#listener.onFault(faultOf(error));
  }

  #finish(): void {
    this.#isOver = true;
    this.#watch.stop();
  }
}

function faultOf(error: Error): UpstreamFault {
  if (error instanceof RefusedAddress) return { kind: "refused-address", message: error.message };
  // Several addresses were tried, each for its own time.
  if (!(error instanceof AggregateError)) return { kind: "network", message: error.message };
  const errors: readonly NodeJS.ErrnoException[] = error.errors;
  const isLate = errors.some(({ code }) => code === "ETIMEDOUT");
  return { kind: isLate ? "connect-timeout" : "network", message: errors.map(({ message }) => message).join("; ") };
}
