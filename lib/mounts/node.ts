import { AppError } from "#lib/base/errors";
import { newRequestId } from "#lib/base/ids";
import type { Roster } from "#lib/base/roster";
import { BOUNDS } from "#lib/gateway/bounds";
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
import { respondError } from "#lib/gateway/steps/respond";
import { endAfterAnswer } from "./door/answer.ts";
import type { BodyWatch } from "./door/body-watch.ts";
import type { Exchange, Incoming, Outgoing } from "./door/exchange.ts";
import type { DoorCounts } from "./door/metrics.ts";

export type Serving = {
  readonly deps: GatewayDeps;
  readonly streams: Roster<ReplyStream>;
  readonly bodies: BodyWatch;
  readonly addressOf: (incoming: Incoming) => string;
  readonly readerTimeoutMs: number;
  readonly counts: DoorCounts;
};

/** Serves one gateway call from node:http or node:http2. Gives up its reply exactly once, however the connection ends. */
export async function serveGateway(exchange: Exchange, serving: Serving): Promise<void> {
  const connection = watch(exchange.outgoing);
  const reply = await handle(describe(exchange, serving, connection.leaving), serving.deps);
  connection.onClose(reply.onClose);
  if (isStream(reply.body)) follow(reply.body, serving.streams, exchange.outgoing);
  sendReply(reply, exchange, serving);
}

/** Answers a call with a refusal before anything of it is read; it leaves a record all the same. */
export function refuseGateway(exchange: Exchange, error: AppError, serving: Serving): void {
  const { deps } = serving;
  const connection = watch(exchange.outgoing);
  deps.metrics.started();
  const request = describe(exchange, serving, connection.leaving);
  const reply = respondError({ request, startedMs: deps.clock.monotonic(), configVersion: 0 }, error, deps);
  connection.onClose(reply.onClose);
  sendReply(reply, exchange, serving);
}

/** Keeps a stream in the roster for as long as it runs, so that a shutdown can cut what is left. */
function follow(stream: ReplyStream, streams: Roster<ReplyStream>, outgoing: Outgoing): void {
  const seat = streams.join(stream);
  outgoing.once("close", () => streams.leave(seat));
}

function describe(exchange: Exchange, serving: Serving, leaving: Leaving): GatewayRequest {
  const { incoming } = exchange;
  const { deps, addressOf } = serving;
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
    remoteAddress: addressOf(incoming),
    read: (limitBytes) => readBody(exchange, limitBytes, serving),
    leaving,
  };
}

function headerOf(incoming: Incoming, name: string): string | undefined {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** One listener on the response's close: before there is a reply it tells of the hang-up, afterwards how the reply ended. */
function watch(outgoing: Outgoing) {
  let onLeft: (() => void) | null = null;
  let onClosed: ((reason: CloseReason) => void) | undefined;
  let isClosed = isGone(outgoing);
  const reason = () => (isSent(outgoing) ? "sent" : "caller-left");
  outgoing.on("close", () => {
    isClosed = true;
    if (reason() === "caller-left") onLeft?.();
    onClosed?.(reason());
  });
  const leaving: Leaving = {
    hasLeft: () => isClosed && !isSent(outgoing),
    listen: (listener) => {
      onLeft = listener;
      if (isClosed && !isSent(outgoing)) listener?.();
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

function readBody({ incoming, outgoing, isWaiting }: Exchange, limitBytes: number, { bodies }: Serving) {
  return new Promise<Uint8Array>((resolve, reject) => {
    const tooLarge = () => new AppError("body_too_large", `The body may have at most ${limitBytes} bytes.`);
    if (Number(incoming.headers["content-length"] ?? 0) > limitBytes) return reject(tooLarge());
    if (isWaiting) outgoing.writeContinue();
    const chunks: Buffer[] = [];
    let bytes = 0;
    const giveUp = (error: AppError) => {
      body?.stop();
      incoming.removeAllListeners("data").resume();
      reject(error);
    };
    // Most bodies are here already, with their head.
    const body = incoming.complete ? undefined : bodies.start(giveUp);
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) return giveUp(tooLarge());
      body?.moved(chunk.length);
      chunks.push(chunk);
    });
    incoming.once("end", () => {
      body?.stop();
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    incoming.once("error", reject);
    incoming.once("close", () => {
      body?.stop();
      if (!incoming.readableEnded) reject(new AppError("caller_left", "The caller hung up."));
    });
  });
}

function sendReply({ status, headers, body }: GatewayReply, { incoming, outgoing }: Exchange, serving: Serving): void {
  if (isGone(outgoing)) return;
  // A refusal before the body was read.
  endAfterAnswer(incoming, outgoing);
  outgoing.writeHead(status, headers);
  if (isStream(body)) return pump(body, outgoing, serving);
  if (incoming.method === "HEAD") outgoing.end();
  else outgoing.end(body);
  // Small answers are in the kernel's hands by now.
  if (outgoing.writableLength > 0) cutWhenStalled(outgoing, serving);
}

function pump(body: ReplyStream, outgoing: Outgoing, serving: Serving): void {
  cutWhenStalled(outgoing, serving);
  const resumes: (() => void)[] = [];
  const onDrain = () => {
    for (const resume of resumes.splice(0)) resume();
  };
  body.pump({
    write(bytes) {
      const isTaken = outgoing.write(bytes);
      if (outgoing.writableLength > BOUNDS.readerBytesMax) cut(outgoing, serving);
      return isTaken;
    },
    end: () => outgoing.end(),
    onDrain(resume) {
      if (resumes.length === 0) outgoing.once("drain", onDrain);
      resumes.push(resume);
    },
  });
}

/** Node calls back after this long without progress; while nothing waits to be taken, it is the upstream that is slow. */
function cutWhenStalled(outgoing: Outgoing, serving: Serving): void {
  outgoing.setTimeout(serving.readerTimeoutMs, () => {
    if (outgoing.writableLength > 0) cut(outgoing, serving);
  });
}

/** Cuts a caller that takes nothing, or that lets too much wait: with a reset, or the kernel would go on keeping what it holds for it. */
function cut(outgoing: Outgoing, { counts }: Serving): void {
  if (isGone(outgoing)) return;
  counts.cut.slowReader++;
  if (outgoing.stream || !outgoing.socket) outgoing.destroy();
  else outgoing.socket.resetAndDestroy();
}

const isGone = (outgoing: Outgoing) => outgoing.stream?.destroyed ?? outgoing.destroyed ?? false;

/** A stream of HTTP/2 that was reset counts as finished too; what tells it apart is who ended it, and with what code. */
const isSent = (outgoing: Outgoing) =>
  outgoing.writableFinished && outgoing.writableEnded && (outgoing.stream?.rstCode ?? 0) === 0;
