import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { GatewayDeps } from "#lib/gateway/ports";
import type { Model } from "#lib/gateway/routing/table";
import { serveWeb } from "#lib/mounts/web";
import { coreListener, listen } from "./core-door.ts";
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
  node: coreListener,
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
