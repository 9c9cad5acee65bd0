import { bufferOf } from "#lib/base/bytes";
import type { GatewayReply } from "#lib/gateway/request";
import { JOINED_BYTES_MAX } from "#lib/platform/write-message";
import { endAfterAnswer } from "./answer.ts";
import { takeOverFraming } from "./chunks.ts";
import { type Exchange, isGone, isSent, type Outgoing } from "./exchange.ts";
import { type Outlet, pump, type Sending } from "./pump.ts";
import { type Reading, readBody } from "./read-body.ts";

/** A call of the API as its connection gives it, by Node's server or by the short way (lane.ts). */
export type DoorCall = {
  readonly method: string;
  /** The target of the request as it was sent. */
  readonly url: string;
  readonly header: (name: string) => string | undefined;
  /** Whom the connection comes from. */
  readonly remoteAddress: () => string;
  readonly read: (limitBytes: number) => Uint8Array | Promise<Uint8Array>;
  readonly send: (reply: GatewayReply) => void;
  /** Called when the answer is out or its connection gone, in the order of asking. */
  readonly onClose: (close: () => void) => void;
  readonly isGone: () => boolean;
  readonly isSent: () => boolean;
  /** Ends the connection without a word. */
  readonly destroy: () => void;
};

/** What calls need of the door to be read and answered. */
export type Connecting = Reading & Sending;

/** Makes a call of what Node's server gives, over HTTP/1.1 or HTTP/2. */
export function callOf(exchange: Exchange, connecting: Connecting): DoorCall {
  const { incoming, outgoing, onClose } = exchange;
  return {
    method: incoming.method ?? "GET",
    url: incoming.url ?? "/",
    header(name) {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    remoteAddress: () => incoming.socket.remoteAddress ?? "",
    read: (limitBytes) => readBody(exchange, limitBytes, connecting),
    send: (reply) => send(reply, exchange, connecting),
    onClose,
    isGone: () => isGone(outgoing),
    isSent: () => isSent(outgoing),
    destroy: () => void outgoing.destroy(),
  };
}

function send({ status, headers, body }: GatewayReply, { incoming, outgoing }: Exchange, sending: Sending): void {
  if (isGone(outgoing)) return;
  // A refusal before the body was read.
  endAfterAnswer(incoming, outgoing);
  outgoing.writeHead(status, headers);
  // HTTP/2 ends the answer to a HEAD with its head, and tells of its close only where we had ended it by then.
  if (incoming.method === "HEAD") return void outgoing.end();
  pump(body, outletOf(outgoing), sending);
}

function outletOf(outgoing: Outgoing): Outlet {
  let framing: ReturnType<typeof takeOverFraming> | undefined;
  // A whole answer has its length and is framed by nobody.
  const framed = () => {
    framing ??= takeOverFraming(outgoing);
    return framing;
  };
  return {
    waiting: () => outgoing.writableLength,
    write: (bytes) => outgoing.write(framed().framed(bytes)),
    end: () => void outgoing.end(framed().last),
    // Node joins a text with the head, and no bytes; as Latin-1 any bytes are text.
    endWith: (bytes) =>
      void (bytes.length > JOINED_BYTES_MAX
        ? outgoing.end(bytes)
        : outgoing.end(bufferOf(bytes).toString("latin1"), "latin1")),
    cork: () => outgoing.cork(),
    // Its end has uncorked it, and the connection may be another answer's by now.
    uncork: () => void (outgoing.writableEnded || outgoing.uncork()),
    onDrain: (resume) => void outgoing.once("drain", resume),
    onStall: (ms, stalled) => void outgoing.setTimeout(ms, stalled),
    isGone: () => isGone(outgoing),
    cut() {
      if (outgoing.stream || !outgoing.socket) outgoing.destroy();
      else outgoing.socket.resetAndDestroy();
    },
  };
}
