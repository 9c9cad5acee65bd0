import { createServer, type RequestListener } from "node:http";
import { createRoster } from "#lib/base/roster";
import type { GatewayDeps } from "#lib/gateway/ports";
import { callOf } from "#lib/mounts/door/call";
import { openExchange } from "#lib/mounts/door/exchange";
import { createDoorCounts } from "#lib/mounts/door/metrics";
import { createTurnEnd } from "#lib/mounts/door/turn-end";
import { type Serving, serveGateway } from "#lib/mounts/node";

const READER_TIMEOUT_MS = 60_000;

/** The core behind node:http, without the bounds that the front door sets around it. */
export function coreListener(deps: GatewayDeps): RequestListener {
  const serving: Serving = { deps, streams: createRoster(), addressOf: (call) => call.remoteAddress() };
  const connecting = {
    bodies: { start: () => ({ moved: () => undefined, stop: () => undefined }), close: () => undefined },
    readerTimeoutMs: READER_TIMEOUT_MS,
    counts: createDoorCounts(),
    atTurnEnd: createTurnEnd(),
  };
  return (incoming, outgoing) => {
    const call = callOf(openExchange(incoming, outgoing, false), connecting);
    serveGateway(call, serving).catch((error) => outgoing.destroy(error));
  };
}

/** A listener on a free port of loopback. */
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
