import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { GatewayDeps } from "#lib/gateway/ports";
import type { Model } from "#lib/gateway/routing/table";
import { serveGateway } from "#lib/mounts/node";
import { serveWeb } from "#lib/mounts/web";
import { type Bench, benchOf } from "./gateway.ts";

export type DoorName = "node" | "web";

export type Door = {
  readonly name: DoorName;
  readonly origin: string;
  readonly bench: Bench;
  readonly close: () => Promise<void>;
};

/** The gateway core behind one of its two mounts, over a real socket. */
export async function openDoor(name: DoorName, models: readonly Model[]): Promise<Door> {
  const bench = benchOf(models);
  const { origin, close } = await listen(LISTENERS[name](bench.deps));
  return { name, origin, bench, close };
}

const LISTENERS: Readonly<Record<DoorName, (deps: GatewayDeps) => RequestListener>> = {
  node: (deps) => (incoming, outgoing) => {
    serveGateway(incoming, outgoing, { deps, streams: new Set() }).catch((error) => outgoing.destroy(error));
  },
  web: (deps) => (incoming, outgoing) => {
    adapt(incoming, outgoing, deps).catch(() => outgoing.destroy());
  },
};

/** What a host of web-standard handlers does: a Request in, a Response out, a hang-up told by the signal. */
async function adapt(incoming: IncomingMessage, outgoing: ServerResponse, deps: GatewayDeps): Promise<void> {
  const left = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) left.abort();
  });
  const method = incoming.method ?? "GET";
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  headers.set("x-forwarded-for", incoming.socket.remoteAddress ?? "");
  const hasBody = method !== "GET" && method !== "HEAD";
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method,
    headers,
    signal: left.signal,
    ...(hasBody ? { body: bytesOf(incoming), duplex: "half" } : {}),
  });
  const response = await serveWeb(request, deps);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) outgoing.end();
  else await pipeline(Readable.from(response.body), outgoing);
}

const bytesOf = (incoming: IncomingMessage) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      incoming.on("data", (chunk: Buffer) => controller.enqueue(chunk));
      incoming.once("end", () => controller.close());
      incoming.once("error", (error) => controller.error(error));
    },
  });

export async function listen(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
