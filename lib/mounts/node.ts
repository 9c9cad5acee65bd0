import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "#lib/base/errors";
import { newRequestId } from "#lib/base/ids";
import { handle } from "#lib/gateway/handle";
import type { GatewayDeps } from "#lib/gateway/ports";
import {
  type CloseReason,
  type GatewayReply,
  type GatewayRequest,
  isStream,
  type Leaving,
  type ReplyStream,
} from "#lib/gateway/request";

export type Serving = { readonly deps: GatewayDeps; readonly streams: Set<ReplyStream> };

/** Serves one gateway call from node:http. Gives up its reply exactly once, however the connection ends. */
export async function serveGateway(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { deps, streams }: Serving,
): Promise<void> {
  const connection = watch(outgoing);
  const reply = await handle(describe(incoming, deps, connection.leaving), deps);
  if (isStream(reply.body)) follow(reply.body, streams, outgoing);
  sendReply(reply, incoming, outgoing);
  connection.onClose(reply.onClose);
}

/** Keeps a stream in the set for as long as it runs, so that a shutdown can cut what is left. */
function follow(stream: ReplyStream, streams: Set<ReplyStream>, outgoing: ServerResponse): void {
  streams.add(stream);
  outgoing.once("close", () => streams.delete(stream));
}

function describe(incoming: IncomingMessage, deps: GatewayDeps, leaving: Leaving): GatewayRequest {
  const url = incoming.url ?? "/";
  const mark = url.indexOf("?");
  const admittedAtMs = deps.clock.now();
  return {
    id: newRequestId(admittedAtMs),
    admittedAtMs,
    method: incoming.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? "" : url.slice(mark + 1),
    header: (name) => headerOf(incoming, name),
    remoteAddress: incoming.socket.remoteAddress ?? "",
    read: (limitBytes) => readBody(incoming, limitBytes),
    leaving,
  };
}

function headerOf(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** One listener on the response's close: before there is a reply it tells of the hang-up, afterwards how the reply ended. */
function watch(outgoing: ServerResponse) {
  let onLeft: (() => void) | null = null;
  let onClosed: ((reason: CloseReason) => void) | undefined;
  let isClosed = outgoing.destroyed;
  const reason = () => (outgoing.writableFinished ? "sent" : "caller-left");
  outgoing.on("close", () => {
    isClosed = true;
    if (reason() === "caller-left") onLeft?.();
    onClosed?.(reason());
  });
  const leaving: Leaving = {
    hasLeft: () => isClosed && !outgoing.writableFinished,
    listen: (listener) => {
      onLeft = listener;
      if (isClosed && !outgoing.writableFinished) listener?.();
    },
  };
  return {
    leaving,
    onClose: (listener: (reason: CloseReason) => void) => {
      if (isClosed) listener(reason());
      else onClosed = listener;
    },
  };
}

function readBody(incoming: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => new AppError("body_too_large", `The body may have at most ${limitBytes} bytes.`);
    if (Number(incoming.headers["content-length"] ?? 0) > limitBytes) return reject(tooLarge());
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) {
        incoming.removeAllListeners("data").resume();
        return reject(tooLarge());
      }
      chunks.push(chunk);
    });
    incoming.once("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    incoming.once("error", reject);
    incoming.once("close", () => {
      if (!incoming.complete) reject(new AppError("caller_left", "The caller hung up."));
    });
  });
}

function sendReply({ status, headers, body }: GatewayReply, incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (outgoing.destroyed) return;
  if (isStream(body)) {
    outgoing.writeHead(status, headers);
    body.pump({
      write: (bytes) => outgoing.write(bytes),
      end: () => outgoing.end(),
      onDrain: (resume) => outgoing.once("drain", resume),
    });
    return;
  }
  // A refusal before the body was read: the rest of it must not be taken for the next request.
  outgoing.writeHead(status, incoming.complete ? headers : { ...headers, connection: "close" });
  outgoing.end(incoming.method === "HEAD" ? undefined : body);
}
