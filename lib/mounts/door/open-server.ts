import { createServer, type IncomingMessage, type Server } from "node:http";
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from "node:http2";
import { BOUNDS } from "#lib/gateway/bounds";
import type { Certificate } from "./certificate.ts";
import type { DoorLimits } from "./limits.ts";

export type DoorServer = Server | Http2SecureServer;

const CHECK_MS = 1_000;

/** Makes the server with every limit that Node enforces itself: plain HTTP/1.1, or with a certificate HTTP/1.1 and HTTP/2 over TLS. */
export function openServer(limits: DoorLimits, certificate: Certificate | undefined): DoorServer {
  const http1 = http1Options(limits);
  if (certificate === undefined) return Object.assign(createServer(http1), http1Properties(http1));
  const server = createSecureServer({
    ...http1,
    ...certificate.pair,
    ...http2Options(),
    allowHTTP1: true,
    minVersion: "TLSv1.2",
    handshakeTimeout: BOUNDS.handshakeTimeoutMs,
  });
  server.on("session", closeWhenIdle);
  const stop = certificate.watch((pair) => server.setSecureContext({ ...pair, minVersion: "TLSv1.2" }));
  server.once("close", stop);
  return Object.assign(server, http1Properties(http1));
}

const http1Options = ({ headersTimeoutMs }: DoorLimits) => ({
  maxHeaderSize: BOUNDS.headerBytesMax,
  headersTimeout: headersTimeoutMs,
  // A body is watched by its movement, not by a total (body-watch.ts).
  requestTimeout: 0,
  connectionsCheckingInterval: Math.min(CHECK_MS, Math.ceil(headersTimeoutMs / 2)),
  keepAliveTimeout: BOUNDS.keepAliveMs,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: BOUNDS.probeAfterMs,
  // Node would answer without a body; check-head.ts says it in JSON.
  requireHostHeader: false,
  // Any other protocol that is offered may be ignored (RFC 9110, 7.8), as curl's offer of h2c must be.
  shouldUpgradeCallback: (request: IncomingMessage) => request.headers.upgrade?.toLowerCase() === "websocket",
});

/** The HTTP/1.1 side of a secure server knows some of its options only as properties. */
const http1Properties = (options: ReturnType<typeof http1Options>) => ({
  ...options,
  // Node drops what is over this without a word: one more than allowed shows that there were more.
  maxHeadersCount: BOUNDS.headersMax + 1,
});

const http2Options = () => ({
  settings: {
    maxConcurrentStreams: BOUNDS.http2StreamsMax,
    maxHeaderListSize: BOUNDS.headerBytesMax,
    enablePush: false,
  },
  // Its pseudo-headers count too.
  maxHeaderListPairs: BOUNDS.headersMax + 6,
  streamResetBurst: BOUNDS.http2ResetBurstMax,
  streamResetRate: BOUNDS.http2ResetsPerSecondMax,
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
});

/** An HTTP/2 connection without streams is as idle as one of HTTP/1.1 between requests. */
function closeWhenIdle(session: ServerHttp2Session): void {
  let streams = 0;
  session.on("stream", (stream) => {
    streams++;
    stream.once("close", () => {
      streams--;
    });
  });
  session.setTimeout(BOUNDS.keepAliveMs, () => {
    if (streams === 0) session.close();
  });
}
