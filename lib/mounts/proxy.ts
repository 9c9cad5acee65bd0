import { Agent, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "#lib/base/errors";
import { newRequestId } from "#lib/base/ids";
import { BOUNDS } from "#lib/gateway/bounds";
import type { Log } from "#lib/platform/log";
import { refuse } from "./door/answer.ts";
import type { BodyWatch } from "./door/body-watch.ts";
import type { Exchange, Incoming, Outgoing } from "./door/exchange.ts";
import { isTrusted, type TrustedProxies } from "./trusted-proxies.ts";

/** The caller's raw connection, and what it sent right after its request. */
export type Upgrading = { readonly socket: Duplex; readonly head: Buffer };

export type OnwardProxy = {
  readonly forward: (exchange: Exchange, target: URL) => void;
  readonly upgrade: (incoming: IncomingMessage, upgrading: Upgrading, target: URL) => void;
  readonly close: () => void;
};

const TIMEOUT_MS = 60_000;
/** Hop-by-hop (RFC 9110, 7.6.1), what HTTP/2 says about the request itself, and what only Next itself may say. */
const STRIPPED =
  /^(:|connection$|keep-alive|proxy-|te$|trailer$|transfer-encoding$|upgrade$|expect$|http2-settings$|x-forwarded-|forwarded$|x-middleware-|x-nextjs-|x-invoke-|x-matched-path$|x-now-route-matches$)/;
const HOP = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "trailer"]);

type Options = {
  readonly trusted: TrustedProxies;
  readonly publicUrl: URL;
  readonly bodies: BodyWatch;
  readonly log: Log;
};

/**
 * Hands a request on to another role on loopback: keeps Host, sets x-forwarded-* itself, buffers nothing. A connection
 * serves one request: one that was kept may be closed by the other side in the moment it is used again, and then nobody
 * could say whether the request was carried out.
 */
export function createProxy(options: Options): OnwardProxy {
  const agent = new Agent({ keepAlive: false, maxSockets: 256 });
  const reach = noteReach(options.log);
  const open = (incoming: Incoming, target: URL, headers: Record<string, string | string[]>): ClientRequest =>
    request({
      agent,
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers,
      timeout: TIMEOUT_MS,
    });

  return {
    forward(exchange, target) {
      const { incoming, outgoing, onClose } = exchange;
      if (Number(incoming.headers["content-length"] ?? 0) > BOUNDS.onwardBytesMax)
        return refuse(incoming, outgoing, tooLarge());
      const onward = open(incoming, target, forwardedHeaders(incoming, options));
      onward.on("response", (answer) => {
        reach.yes(target);
        relay(answer, outgoing);
      });
      onward.on("timeout", () => onward.destroy(new Error("No answer in time")));
      onward.on("error", (error) => {
        if (!outgoing.destroyed) reach.no(target, error);
        refuse(incoming, outgoing, notAvailable());
      });
      onClose(() => onward.destroy());
      sendBody(exchange, onward, options);
    },
    upgrade(incoming, { socket, head }, target) {
      const headers = {
        ...forwardedHeaders(incoming, options),
        connection: "upgrade",
        upgrade: incoming.headers.upgrade ?? "websocket",
      };
      const onward = open(incoming, target, headers);
      onward.on("upgrade", (answer, onwardSocket, onwardHead) => {
        socket.write(rawHead(answer));
        onwardSocket.write(head);
        socket.write(onwardHead);
        Promise.all([pipeline(socket, onwardSocket), pipeline(onwardSocket, socket)]).catch(() => socket.destroy());
      });
      onward.on("response", () => socket.destroy());
      onward.on("error", () => socket.destroy());
      socket.on("error", () => onward.destroy());
      onward.end();
    },
    close: () => agent.destroy(),
  };
}

/** Says once that a role is out of reach and why, and once that it is back: callers are many, and each would be a line. */
function noteReach(log: Log) {
  const unreached = new Set<string>();
  return {
    yes({ origin }: URL): void {
      if (unreached.delete(origin)) log.info("role reached again", { origin });
    },
    no({ origin }: URL, error: Error): void {
      if (unreached.has(origin)) return;
      unreached.add(origin);
      log.warn("role not reached", { origin, reason: error.message });
    },
  };
}

function relay(answer: IncomingMessage, outgoing: Outgoing): void {
  // Refused meanwhile, for the body that was still coming.
  if (outgoing.headersSent) return void answer.destroy();
  outgoing.writeHead(answer.statusCode ?? 502, withoutHop(answer.headers));
  pipeline(answer, outgoing).catch(() => outgoing.destroy());
}

/** Hands the body on as it comes, within the bounds of size and pace. */
function sendBody({ incoming, outgoing, isWaiting }: Exchange, onward: ClientRequest, { bodies }: Options): void {
  let bytes = 0;
  const giveUp = (error: AppError) => {
    body?.stop();
    refuse(incoming, outgoing, error);
    onward.destroy();
  };
  const body = incoming.complete ? undefined : bodies.start(giveUp);
  if (isWaiting) outgoing.writeContinue();
  incoming.on("data", (chunk: Buffer) => {
    body?.moved(chunk.length);
    bytes += chunk.length;
    if (bytes > BOUNDS.onwardBytesMax && !outgoing.headersSent) giveUp(tooLarge());
  });
  pipeline(incoming, onward)
    .catch(() => onward.destroy())
    .finally(() => body?.stop());
}

const tooLarge = () => new AppError("body_too_large", `The body may have at most ${BOUNDS.onwardBytesMax} bytes.`);

const notAvailable = () =>
  new AppError("not_ready", "This part of Switchyard is not available at the moment.", { retryAfterS: 2 });

function forwardedHeaders(incoming: Incoming, { trusted, publicUrl }: Options): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined && !STRIPPED.test(name)) headers[name] = value;
  }
  const remote = incoming.socket.remoteAddress ?? "";
  const before = incoming.headers["x-forwarded-for"];
  const chain = isTrusted(trusted, remote) && before !== undefined ? `${String(before)}, ${remote}` : remote;
  const host = incoming.headers.host ?? String(incoming.headers[":authority"] ?? publicUrl.host);
  headers.host = host;
  headers["x-forwarded-for"] = chain;
  headers["x-forwarded-proto"] = publicUrl.protocol.replace(":", "");
  headers["x-forwarded-host"] = host;
  return headers;
}

function withoutHop(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = { "x-request-id": newRequestId(Date.now()) };
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP.has(name)) kept[name] = value;
  }
  return kept;
}

function rawHead(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let at = 0; at < answer.rawHeaders.length; at += 2)
    lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}
