import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AppError } from "#lib/base/errors";
import type { ReplyStream } from "#lib/gateway/request";
import { digestsEqual } from "#lib/platform/key-hash";
import type { Gateway } from "#lib/runtime";
import { isForeignOrigin } from "./foreign-origin.ts";
import { serveGateway } from "./node.ts";
import { createProxy, type OnwardProxy, type Upgrading } from "./proxy.ts";
import { readTrustedProxies } from "./trusted-proxies.ts";

export type FrontDoor = {
  readonly server: Server;
  /** Says "not ready", stops listening, lets running requests finish within the time, then closes the rest. */
  readonly drain: (timeoutMs: number) => Promise<void>;
};

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 120_000;
// Above the 60 s that common load balancers keep an idle connection.
const KEEP_ALIVE_MS = 75_000;
const IDLE_CHECK_MS = 100;
/** For the last error frames to reach their readers. */
const CUT_MS = 300;

/** One origin for all: the API here, the Admin API from the worker, every other path from the portal. */
export function openFrontDoor(gateway: Gateway): FrontDoor {
  const { config } = gateway;
  const proxy = createProxy({
    trusted: readTrustedProxies(config.TRUSTED_PROXIES),
    publicUrl: new URL(config.PUBLIC_URL),
  });
  const state = { isDraining: false, streams: new Set<ReplyStream>() };
  const server = createServer({
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
  });
  server.on("request", (incoming, outgoing) => {
    if (state.isDraining) outgoing.setHeader("connection", "close");
    route({ gateway, proxy, state }, incoming, outgoing);
  });
  server.on("upgrade", (incoming, socket, head) => upgrade({ gateway, proxy }, incoming, { socket, head }));
  return {
    server,
    async drain(timeoutMs) {
      state.isDraining = true;
      await closeWithin(server, state.streams, timeoutMs);
      proxy.close();
    },
  };
}

type State = { readonly isDraining: boolean; readonly streams: Set<ReplyStream> };
type Parts = {
  readonly gateway: Gateway;
  readonly proxy: OnwardProxy;
  readonly state: State;
};

function route({ gateway, proxy, state }: Parts, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const path = pathOf(incoming);
  if (path.startsWith("/v1/") || path.startsWith("/v1beta/")) {
    serveGateway(incoming, outgoing, { deps: gateway.deps, streams: state.streams }).catch((error) => {
      gateway.log.error("request crashed", { error });
      outgoing.destroy();
    });
    return;
  }
  const own = OWN_ROUTES[path];
  if (own) return void own({ gateway, state }, incoming, outgoing);
  const target = targetOf(gateway, path);
  if (target === undefined) return answer(outgoing, 404, errorBody("not_found", `Unknown request URL: ${path}.`));
  if (!isBearerRoute(path) && isForeignOrigin(incoming, gateway.config.PUBLIC_URL)) {
    return answer(outgoing, 403, errorBody("forbidden", "This request did not come from Switchyard's own pages."));
  }
  proxy.forward(incoming, outgoing, target);
}

function upgrade(
  { gateway, proxy }: Pick<Parts, "gateway" | "proxy">,
  incoming: IncomingMessage,
  { socket, head }: Upgrading,
): void {
  const path = pathOf(incoming);
  const target = path.startsWith("/_next/") ? targetOf(gateway, path) : undefined;
  if (target) return proxy.upgrade(incoming, { socket, head }, target);
  socket.end("HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
}

/** The path alone; an absolute-form target (`GET http://host/path`) is read by its path, whatever host it names. */
function pathOf(incoming: IncomingMessage): string {
  const url = incoming.url ?? "/";
  const origin = url.startsWith("/") ? url : new URL(url, "http://localhost").pathname;
  const end = origin.indexOf("?");
  return end < 0 ? origin : origin.slice(0, end);
}

const isBearerRoute = (path: string) =>
  path.startsWith("/api/admin/") || path.startsWith("/api/stripe") || path.startsWith("/api/inngest");

function targetOf({ config }: Gateway, path: string): URL | undefined {
  const isWorkers = path.startsWith("/api/admin/v1/") || path === "/api/admin/v1" || path === "/api/openapi.json";
  const url = isWorkers ? config.WORKER_URL : config.PORTAL_URL;
  return url === undefined ? undefined : new URL(url);
}

type OwnRoute = (
  parts: Pick<Parts, "gateway" | "state">,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
) => unknown;

const OWN_ROUTES: Readonly<Record<string, OwnRoute>> = {
  "/healthz": (_parts, _incoming, outgoing) => answer(outgoing, 200, { status: "ok" }),
  "/readyz": ({ gateway, state }, _incoming, outgoing) => {
    const problems = state.isDraining ? ["draining"] : gateway.problems();
    const isReady = problems.length === 0;
    answer(outgoing, isReady ? 200 : 503, { status: isReady ? "ready" : "not ready", problems });
  },
  "/metrics": async ({ gateway }, incoming, outgoing) => {
    if (!hasToken(incoming, gateway.config.METRICS_TOKEN)) {
      return answer(outgoing, 401, errorBody("missing_api_key", "Metrics need their token."));
    }
    const text = await gateway.metrics.render();
    return outgoing.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
  },
};

/** Without a configured token there is none that fits: metrics are never open. */
function hasToken(incoming: IncomingMessage, token: string | undefined): boolean {
  const presented = (incoming.headers.authorization ?? "").replace(/^bearer /i, "");
  return token !== undefined && digestsEqual(Buffer.from(presented), Buffer.from(token));
}

const errorBody = (code: string, message: string) => ({
  error: { message, type: "invalid_request_error", param: null, code },
});

function answer(outgoing: ServerResponse, status: number, body: unknown): void {
  outgoing.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  outgoing.end(JSON.stringify(body));
}

/** Resolves when every connection is closed. What still streams when the time is up ends with an error its reader understands. */
function closeWithin(server: Server, streams: Set<ReplyStream>, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection that falls idle after the listener has closed is closed by nobody else.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    const late = setTimeout(() => {
      for (const stream of streams) stream.cut(new AppError("not_ready", "The gateway is shutting down."));
      setTimeout(() => server.closeAllConnections(), CUT_MS);
    }, timeoutMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });
}
