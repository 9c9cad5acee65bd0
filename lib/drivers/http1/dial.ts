import { connect as connectTcp, isIP, type OnReadOpts, Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { LRUCache } from "lru-cache";
import { isPublicAddress } from "#lib/base/public-address";
import { guardedLookup, RefusedAddress } from "../address-guard.ts";
import type { Target } from "./target.ts";

type Dialling = {
  /** Whether private addresses are refused. */
  readonly isGuarded: boolean;
  readonly onread: OnReadOpts;
  /** TLS sessions by origin, so that another connection need not begin from nothing. */
  readonly sessions: LRUCache<string, Buffer>;
  readonly onReady: () => void;
};

/** The kernel asks after so much silence whether the other side is still there. */
const PROBE_AFTER_MS = 60_000;

/** Opens a socket. Names go through the checking lookup; a literal address never meets a lookup, so it is checked here. */
export function dial(target: Target, { isGuarded, onread, sessions, onReady }: Dialling): Socket {
  const { hostname: host, port, isTls, origin } = target;
  const isLiteral = isIP(host) !== 0;
  if (isGuarded && isLiteral && !isPublicAddress(host)) return new Socket().destroy(new RefusedAddress(host));
  const options = { host, port, onread, ...(isGuarded ? { lookup: guardedLookup } : {}) };
  if (!isTls) return tuned(connectTcp(options)).once("connect", onReady);
  const socket = connectTls({
    ...options,
    ALPNProtocols: ["http/1.1"],
    servername: isLiteral ? "" : host,
    session: sessions.get(origin),
  });
  socket.on("session", (session) => sessions.set(origin, session));
  return tuned(socket).once("secureConnect", onReady);
}

/** Once connected, since several handles may have been tried until then. */
const tuned = (socket: Socket) =>
  socket.once("connect", () => socket.setNoDelay(true).setKeepAlive(true, PROBE_AFTER_MS));
