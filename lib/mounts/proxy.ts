import { Agent, type ClientRequest, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isTrusted, type TrustedProxies } from "./trusted-proxies.ts";

/** The caller's raw connection, and what it sent right after its request. */
export type Upgrading = { readonly socket: Duplex; readonly head: Buffer };

export type OnwardProxy = {
  readonly forward: (incoming: IncomingMessage, outgoing: ServerResponse, target: URL) => void;
  readonly upgrade: (incoming: IncomingMessage, upgrading: Upgrading, target: URL) => void;
  readonly close: () => void;
};

const TIMEOUT_MS = 60_000;
/** Hop-by-hop (RFC 9110, 7.6.1) and what only Next itself may say. */
const STRIPPED =
  /^(connection|keep-alive|proxy-|te$|trailer$|transfer-encoding$|upgrade$|x-forwarded-|forwarded$|x-middleware-|x-nextjs-|x-invoke-|x-matched-path$|x-now-route-matches$)/;

type Options = { readonly trusted: TrustedProxies; readonly publicUrl: URL };

/** Hands a request on to another role on loopback: keeps Host, sets x-forwarded-* itself, buffers nothing. */
export function createProxy(options: Options): OnwardProxy {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const open = (incoming: IncomingMessage, target: URL, headers: Record<string, string | string[]>): ClientRequest =>
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
    forward(incoming, outgoing, target) {
      const onward = open(incoming, target, forwardedHeaders(incoming, options));
      onward.on("response", (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, withoutHop(answer.headers));
        pipeline(answer, outgoing).catch(() => outgoing.destroy());
      });
      onward.on("timeout", () => onward.destroy(new Error("timeout")));
      onward.on("error", () => refuse(outgoing));
      outgoing.once("close", () => onward.destroy());
      pipeline(incoming, onward).catch(() => onward.destroy());
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
      onward.end();
    },
    close: () => agent.destroy(),
  };
}

function forwardedHeaders(
  incoming: IncomingMessage,
  { trusted, publicUrl }: Options,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined && !STRIPPED.test(name)) headers[name] = value;
  }
  const remote = incoming.socket.remoteAddress ?? "";
  const before = incoming.headers["x-forwarded-for"];
  const chain = isTrusted(trusted, remote) && before !== undefined ? `${String(before)}, ${remote}` : remote;
  headers["x-forwarded-for"] = chain;
  headers["x-forwarded-proto"] = publicUrl.protocol.replace(":", "");
  headers["x-forwarded-host"] = incoming.headers.host ?? publicUrl.host;
  return headers;
}

function withoutHop(headers: IncomingMessage["headers"]): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && name !== "connection" && name !== "keep-alive" && name !== "transfer-encoding")
      kept[name] = value;
  }
  return kept;
}

function rawHead(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let at = 0; at < answer.rawHeaders.length; at += 2)
    lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function refuse(outgoing: ServerResponse): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  const error = {
    message: "This part of Switchyard is not available at the moment.",
    type: "server_error",
    param: null,
    code: "not_ready",
  };
  outgoing.writeHead(503, { "content-type": "application/json; charset=utf-8", "retry-after": "2" });
  outgoing.end(JSON.stringify({ error }));
}
