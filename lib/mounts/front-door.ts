import type { IncomingMessage } from "node:http";
import type { Server } from "node:net";
import type { Duplex } from "node:stream";
import { AppError } from "#lib/base/errors";
import { createRoster } from "#lib/base/roster";
import type { Gateway } from "#lib/runtime";
import { refuse } from "./door/answer.ts";
import { createBodyWatch } from "./door/body-watch.ts";
import { type Connecting, callOf, type DoorCall } from "./door/call.ts";
import { openCertificate } from "./door/certificate.ts";
import { checkHead } from "./door/check-head.ts";
import { boundConnections } from "./door/connections.ts";
import { drainServer } from "./door/drain-server.ts";
import { type Exchange, type Incoming, type Outgoing, openExchange } from "./door/exchange.ts";
import { createExchanges, type Exchanges } from "./door/exchanges.ts";
import { openLane } from "./door/lane.ts";
import { type DoorLimits, limitsOf } from "./door/limits.ts";
import { isLingering } from "./door/linger.ts";
import { createDoorCounts, type DoorCounts, renderDoorMetrics } from "./door/metrics.ts";
import { openServer } from "./door/open-server.ts";
import { OWN_ROUTES } from "./door/own-routes.ts";
import { refuseMalformed, refuseRaw } from "./door/refuse-malformed.ts";
import { createTurnEnd } from "./door/turn-end.ts";
import { isForeignOrigin } from "./foreign-origin.ts";
import { refuseGateway, type Serving, serveGateway } from "./node.ts";
import { type Overload, watchOverload } from "./overload.ts";
import { createProxy, type OnwardProxy, type Upgrading } from "./proxy.ts";
import { callerAddress, readTrustedProxies } from "./trusted-proxies.ts";

export type FrontDoor = {
  readonly server: Server;
  /** Says "not ready", stops listening, lets running requests finish within the time, then closes the rest. */
  readonly drain: (timeoutMs: number) => Promise<void>;
};

type Door = {
  readonly gateway: Gateway;
  readonly limits: DoorLimits;
  readonly proxy: OnwardProxy;
  readonly overload: Overload;
  readonly exchanges: Exchanges;
  readonly counts: DoorCounts;
  readonly serving: Serving;
  readonly connecting: Connecting;
  isDraining: boolean;
};

/** One origin for all: the API here, the Admin API from the worker, every other path from the portal. */
export function openFrontDoor(gateway: Gateway, overload: Overload = watchOverload()): FrontDoor {
  const { config } = gateway;
  const limits = limitsOf(config);
  const trusted = readTrustedProxies(config.TRUSTED_PROXIES);
  const counts = createDoorCounts();
  const bodies = createBodyWatch({ limits, counts });
  const certificate = openCertificate(config, gateway.log);
  const server = openServer(limits, certificate);
  const connecting = { bodies, counts, atTurnEnd: createTurnEnd(), readerTimeoutMs: limits.readerTimeoutMs };
  const door: Door = {
    gateway,
    limits,
    proxy: createProxy({ trusted, publicUrl: new URL(config.PUBLIC_URL), bodies, log: gateway.log }),
    overload,
    exchanges: createExchanges(),
    counts,
    serving: {
      deps: gateway.deps,
      streams: createRoster(),
      addressOf: (call) => callerAddress(call.remoteAddress(), call.header("x-forwarded-for"), trusted),
    },
    connecting,
    isDraining: false,
  };
  // What is encrypted is Node's to read.
  const lane = certificate ? undefined : openLane(server, laneOf(door));
  const connections = boundConnections(server, { limits, trusted });
  gateway.metrics.add(() => renderDoorMetrics({ counts, connections, overload }));
  listen(server, door);
  return {
    server,
    async drain(timeoutMs) {
      door.isDraining = true;
      await drainServer({ server, connections, lane, streams: door.serving.streams }, timeoutMs);
      lane?.close();
      door.proxy.close();
      bodies.close();
      overload.close();
    },
  };
}

const laneOf = (door: Door) => ({
  serve: (call: DoorCall) => {
    door.overload.noteCall();
    serveCall(door, call);
  },
  isOpen: () =>
    !door.isDraining && door.overload.level() === 0 && door.counts.inFlight < door.limits.requestsInFlightMax,
  sending: door.connecting,
  limits: door.limits,
});

function listen(server: ReturnType<typeof openServer>, door: Door): void {
  const take = (isWaiting: boolean) => (incoming: Incoming, outgoing: Outgoing) =>
    serve(door, openExchange(incoming, outgoing, isWaiting));
  server.on("request", take(false));
  server.on("checkContinue", take(true));
  server.on("checkExpectation", (incoming: Incoming, outgoing: Outgoing) =>
    refuse(incoming, outgoing, new AppError("expectation_failed", "We know no expectation but 100-continue.")),
  );
  server.on("clientError", (error: Error, socket: Duplex) => {
    door.counts.malformed++;
    refuseMalformed(error, socket, door.exchanges);
  });
  server.on("connect", (incoming: Incoming, caller: Duplex | Outgoing) => refuseConnect(incoming, caller));
  server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) =>
    upgrade(door, incoming, { socket, head }),
  );
}

function serve(door: Door, exchange: Exchange): void {
  const { incoming, outgoing } = exchange;
  if (incoming.httpVersionMajor === 1 && isLingering(incoming.socket)) return void incoming.socket.destroy();
  door.overload.noteCall();
  if (door.isDraining || door.overload.level() > 0) outgoing.setHeader("connection", "close");
  door.exchanges.add(exchange);
  const wrong = checkHead(incoming);
  if (wrong) {
    door.counts.malformed++;
    return refuse(incoming, outgoing, wrong);
  }
  const path = pathOf(incoming);
  const own = OWN_ROUTES.get(path);
  if (own) own({ ...door, isDraining: () => door.isDraining }, exchange).catch((error) => crash(door, outgoing, error));
  else if (path.startsWith("/v1/") || path.startsWith("/v1beta/")) serveCall(door, callOf(exchange, door.connecting));
  else serveOnward(door, exchange, path);
}

function serveCall(door: Door, call: DoorCall): void {
  const excess = excessOf(door);
  if (excess) return refuseGateway(call, excess, door.serving);
  countInFlight(door, call);
  serveGateway(call, door.serving).catch((error) => crash(door, call, error));
}

function crash({ gateway }: Door, connection: { readonly destroy: () => unknown }, error: unknown): void {
  gateway.log.error("request crashed", { error });
  connection.destroy();
}

function serveOnward(door: Door, exchange: Exchange, path: string): void {
  const { incoming, outgoing } = exchange;
  const target = targetOf(door.gateway, path);
  if (target === undefined)
    return refuse(incoming, outgoing, new AppError("not_found", `Unknown request URL: ${path}.`));
  if (!isBearerRoute(path) && isForeignOrigin(incoming, door.gateway.config.PUBLIC_URL)) {
    const message = "This request did not come from Switchyard's own pages.";
    return refuse(incoming, outgoing, new AppError("forbidden", message));
  }
  if (isFull(door)) return refuse(incoming, outgoing, overloaded(door));
  countInFlight(door, exchange);
  door.proxy.forward(exchange, target);
}

/** Says why a call is shed before anything of it is read, if it is. */
function excessOf(door: Door): AppError | undefined {
  if (door.overload.level() === 2) {
    door.counts.shed.overload++;
    return overloaded(door);
  }
  return isFull(door) ? overloaded(door) : undefined;
}

function isFull({ counts, limits }: Door): boolean {
  if (counts.inFlight < limits.requestsInFlightMax) return false;
  counts.shed.inFlight++;
  return true;
}

const RETRY_S_MAX = 5;

/** The time to come back differs from caller to caller, or they would all come back at once. */
const overloaded = ({ gateway }: Door) =>
  new AppError("overloaded", "More is under way than this process takes on. Try again in a moment.", {
    retryAfterS: 1 + Math.floor(gateway.deps.random() * RETRY_S_MAX),
  });

function countInFlight({ counts }: Door, connection: Pick<DoorCall, "onClose">): void {
  counts.inFlight++;
  connection.onClose(() => {
    counts.inFlight--;
  });
}

/** Only the development server's own socket goes on, and only to the portal. */
function upgrade({ gateway, proxy }: Door, incoming: IncomingMessage, upgrading: Upgrading): void {
  const wrong = checkHead(incoming);
  if (wrong) return refuseRaw(wrong, upgrading.socket);
  const target = pathOf(incoming) === HMR_PATH ? targetOf(gateway, "/") : undefined;
  if (target) return proxy.upgrade(incoming, upgrading, target);
  refuseRaw(new AppError("upgrade_required", "There is no such protocol at this address."), upgrading.socket);
}

const HMR_PATH = "/_next/hmr";

function refuseConnect(incoming: Incoming, caller: Duplex | Outgoing): void {
  const error = new AppError("method_not_allowed", "CONNECT is not allowed here.");
  if ("writeHead" in caller) refuse(incoming, caller, error);
  else refuseRaw(error, caller);
}

function pathOf({ url = "/" }: Incoming): string {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}

const isBearerRoute = (path: string) =>
  path.startsWith("/api/admin/") || path.startsWith("/api/stripe") || path.startsWith("/api/inngest");

function targetOf({ config }: Gateway, path: string): URL | undefined {
  const isWorkers = path.startsWith("/api/admin/v1/") || path === "/api/admin/v1" || path === "/api/openapi.json";
  const url = isWorkers ? config.WORKER_URL : config.PORTAL_URL;
  return url === undefined ? undefined : new URL(url);
}
