import { isIP } from "node:net";
import { LRUCache } from "lru-cache";
import { Agent, buildConnector, type Dispatcher } from "undici";
import { isPublicAddress } from "#lib/base/public-address";
import type { UpstreamCall, UpstreamFault, UpstreamListener, UpstreamPort, UpstreamRequest } from "#lib/gateway/ports";
import { bareHost, guardedLookup, RefusedAddress } from "./address-guard.ts";
import { createDeadlines, type Deadlines, type Watch } from "./deadlines.ts";
import { createTurns, type Turn, type Turns } from "./turns.ts";

// An idle connection kept longer than the upstream keeps it is found broken by the next request; most keep 5 s or more.
const KEEP_ALIVE_MS = 4_000;
const CONNECT_MS_MAX = 30_000;
const HEADER_BYTES_MAX = 64 * 1024;

export type Dialer = UpstreamPort & { readonly close: () => Promise<void> };

/**
 * The one outbound dialer. Refuses private addresses unless the provider allows them, connects to the address it checked,
 * follows no redirect (a 3xx is a failed attempt), asks for identity encoding. Every wait has its deadline.
 */
export function openDialer(): Dialer {
  const deadlines = createDeadlines();
  const turns = createTurns();
  const targetOf = createTargets();
  const guarded = createAgent(guardedConnector());
  const open = createAgent(buildConnector({ allowH2: false, timeout: CONNECT_MS_MAX }));
  return {
    send: (request, listener) =>
      startCall(request, listener, { agent: request.allowPrivateNetwork ? open : guarded, deadlines, turns, targetOf }),
    async close() {
      deadlines.close();
      await Promise.all([guarded.destroy(), open.destroy()]);
    },
  };
}

const createAgent = (connect: buildConnector.connector) =>
  new Agent({
    connect,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: HEADER_BYTES_MAX,
  });

/** Names go through the checking lookup; a literal address never meets a lookup, so it is checked here. */
function guardedConnector(): buildConnector.connector {
  const connect = buildConnector({ allowH2: false, timeout: CONNECT_MS_MAX, lookup: guardedLookup });
  return (options, callback) => {
    const host = bareHost(options.hostname);
    if (isIP(host) !== 0 && !isPublicAddress(host))
      return void queueMicrotask(() => callback(new RefusedAddress(host), null));
    return connect(options, callback);
  };
}

type Means = {
  readonly agent: Agent;
  readonly deadlines: Deadlines;
  readonly turns: Turns;
  readonly targetOf: (url: string) => Target;
};

type Target = { readonly origin: string; readonly host: string; readonly path: string };

const TARGETS_MAX = 1_000;

/** Reads addresses once: a configuration has few, and every call names one of them. */
function createTargets(): (url: string) => Target {
  const known = new LRUCache<string, Target>({ max: TARGETS_MAX });
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const { origin, host, pathname, search } = new URL(text);
    const target = { origin, host, path: pathname + search };
    known.set(text, target);
    return target;
  };
}

type State = { controller: Dispatcher.DispatchController | undefined; isOver: boolean; isPaused: boolean };

function startCall(request: UpstreamRequest, listener: UpstreamListener, means: Means): UpstreamCall {
  const { timeouts } = request;
  const target = means.targetOf(request.url);
  const state: State = { controller: undefined, isOver: false, isPaused: false };
  const turn = means.turns.join({
    pause: () => state.controller?.pause(),
    resume: () => {
      if (!state.isOver && !state.isPaused) state.controller?.resume();
    },
  });
  const watch = means.deadlines.start(timeouts.totalMs, (kind) => {
    if (state.isOver) return;
    abort(kind);
    listener.onFault({ kind, message: `no progress in time at ${target.host}` });
  });
  const abort = (reason: string) => {
    if (state.isOver) return;
    state.isOver = true;
    watch.stop();
    state.controller?.abort(new Error(reason));
  };
  watch.expect("connect-timeout", timeouts.connectMs);
  const { method, body, headers } = request;
  means.agent.dispatch(
    { origin: target.origin, path: target.path, method, headers, body, blocking: false },
    handlerOf(state, listener, { timeouts, watch, turn }),
  );
  return {
    abort: () => abort("aborted"),
    pause() {
      if (state.isOver) return;
      state.isPaused = true;
      // Our caller is slow, not the upstream: its idle clock stands still.
      watch.expect("idle-timeout", Number.POSITIVE_INFINITY);
      state.controller?.pause();
    },
    resume() {
      if (state.isOver) return;
      state.isPaused = false;
      watch.expect("idle-timeout", timeouts.idleMs);
      if (!turn.isWaiting()) state.controller?.resume();
    },
  };
}

type Clocks = { readonly timeouts: UpstreamRequest["timeouts"]; readonly watch: Watch; readonly turn: Turn };

function handlerOf(
  state: State,
  listener: UpstreamListener,
  { timeouts, watch, turn }: Clocks,
): Dispatcher.DispatchHandler {
  const finish = () => {
    state.isOver = true;
    watch.stop();
  };
  return {
    onRequestStart(started) {
      state.controller = started;
      if (state.isOver) return started.abort(new Error("aborted"));
      watch.expect("first-byte-timeout", timeouts.firstByteMs);
    },
    onResponseStart(_started, status, headers) {
      if (state.isOver || status < 200) return;
      watch.expect("idle-timeout", timeouts.idleMs);
      listener.onHead(status, (name) => headerOf(headers, name));
    },
    onResponseData(_started, chunk) {
      if (state.isOver) return;
      if (!state.isPaused) watch.expect("idle-timeout", timeouts.idleMs);
      listener.onData(chunk);
      turn.spend(chunk.length);
    },
    onResponseEnd() {
      if (state.isOver) return;
      finish();
      listener.onEnd();
    },
    onResponseError(_started, error) {
      if (state.isOver) return;
      finish();
      listener.onFault(faultOf(error));
    },
  };
}

function headerOf(headers: Readonly<Record<string, string | string[] | undefined>>, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function faultOf(error: Error): UpstreamFault {
  if (error instanceof RefusedAddress) return { kind: "refused-address", message: error.message };
  if (error.name === "ConnectTimeoutError") return { kind: "connect-timeout", message: error.message };
  return { kind: "network", message: error.message };
}
