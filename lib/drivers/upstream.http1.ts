import type { UpstreamCall, UpstreamFault, UpstreamListener, UpstreamPort, UpstreamRequest } from "#lib/gateway/ports";
import { RefusedAddress } from "./address-guard.ts";
import { createDeadlines, type Deadlines, type Watch } from "./deadlines.ts";
import type { Connection, Exchange } from "./http1/connection.ts";
import { type Connections, createConnections } from "./http1/connections.ts";
import { requestHeadOf } from "./http1/request-head.ts";
import { createTargets, type Target } from "./http1/target.ts";
import { createTurns, type Turn, type Turns } from "./turns.ts";

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

type State = { connection: Connection | undefined; isOver: boolean; isPaused: boolean };

function startCall(request: UpstreamRequest, listener: UpstreamListener, means: Means): UpstreamCall {
  const { timeouts, body } = request;
  const target = means.targetOf(request.url);
  const state: State = { connection: undefined, isOver: false, isPaused: false };
  const turn = means.turns.join({
    pause: () => {
      if (!state.isOver) state.connection?.pause();
    },
    resume: () => {
      if (!state.isOver && !state.isPaused) state.connection?.resume();
    },
  });
  const abort = () => {
    if (state.isOver) return;
    state.isOver = true;
    watch.stop();
    state.connection?.destroy();
  };
  const fail = (fault: UpstreamFault) => {
    if (state.isOver) return;
    abort();
    listener.onFault(fault);
  };
  const watch = means.deadlines.start(timeouts.totalMs, (kind) =>
    fail({ kind, message: `no progress in time at ${target.host}` }),
  );
  const head = requestHeadOf(target, request);
  if (head === undefined) queueMicrotask(() => fail({ kind: "network", message: "a header cannot be sent" }));
  else {
    watch.expect("connect-timeout", Math.min(timeouts.connectMs, CONNECT_MS_MAX));
    state.connection = means.connections.to(target, !request.allowPrivateNetwork);
    state.connection.start({ head, body, ...hearing(state, listener, { timeouts, watch, turn }) });
  }
  return { abort, ...steering(state, { timeouts, watch, turn }) };
}

type Clocks = { readonly timeouts: UpstreamRequest["timeouts"]; readonly watch: Watch; readonly turn: Turn };

function steering(state: State, { timeouts, watch, turn }: Clocks): Omit<UpstreamCall, "abort"> {
  return {
    pause() {
      if (state.isOver) return;
      state.isPaused = true;
      // Our caller is slow, not the upstream: its idle clock stands still.
      watch.expect("idle-timeout", Number.POSITIVE_INFINITY);
      state.connection?.pause();
    },
    resume() {
      if (state.isOver) return;
      state.isPaused = false;
      watch.expect("idle-timeout", timeouts.idleMs);
      if (!turn.isWaiting()) state.connection?.resume();
    },
  };
}

/** A connection tells nothing once it is destroyed, nor while it is paused, so nothing here asks for either. */
function hearing(
  state: State,
  listener: UpstreamListener,
  { timeouts, watch, turn }: Clocks,
): Omit<Exchange, "head" | "body"> {
  const finish = () => {
    state.isOver = true;
    watch.stop();
  };
  return {
    onSent() {
      watch.expect("first-byte-timeout", timeouts.firstByteMs);
    },
    onHead({ status, header }) {
      watch.expect("idle-timeout", timeouts.idleMs);
      listener.onHead(status, header);
    },
    onData(data) {
      watch.expect("idle-timeout", timeouts.idleMs);
      listener.onData(data);
      turn.spend(data.length);
    },
    onEnd() {
      finish();
      listener.onEnd();
    },
    onFault(error) {
      finish();
      listener.onFault(faultOf(error));
    },
  };
}

function faultOf(error: Error): UpstreamFault {
  if (error instanceof RefusedAddress) return { kind: "refused-address", message: error.message };
  // Several addresses were tried, each for its own time.
  if (!(error instanceof AggregateError)) return { kind: "network", message: error.message };
  const errors: readonly NodeJS.ErrnoException[] = error.errors;
  const isLate = errors.some(({ code }) => code === "ETIMEDOUT");
  return { kind: isLate ? "connect-timeout" : "network", message: errors.map(({ message }) => message).join("; ") };
}
