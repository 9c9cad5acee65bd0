import type { OnReadOpts, Socket } from "node:net";
import { writeMessage } from "#lib/platform/write-message";
import { MalformedReply } from "./malformed-reply.ts";
import type { ReplyHead } from "./reply-head.ts";
import { createReplyReader, type ReplyReader } from "./reply-reader.ts";

export type Exchange = {
  readonly head: string;
  readonly body: Uint8Array | null;
  /** The request is being handed to the socket. */
  readonly onSent: () => void;
  readonly onHead: (head: ReplyHead) => void;
  readonly onData: (data: Buffer) => void;
  readonly onEnd: () => void;
  readonly onFault: (error: Error) => void;
};

/** One socket, which carries one exchange after another. */
export type Connection = {
  readonly start: (exchange: Exchange) => void;
  /** Until `resume` nothing is told and nothing is read. */
  readonly pause: () => void;
  /** Tells what is left of the last reading before it returns. */
  readonly resume: () => void;
  /** Ends it at once; its exchange hears nothing more. */
  readonly destroy: () => void;
  /** Ends it; its exchange fails. */
  readonly fail: (error: Error) => void;
  readonly isAlive: () => boolean;
};

type Means = {
  /** What all connections of the dialer read into: Node calls back after each reading, so no two overlap. */
  readonly scratch: Buffer;
  readonly dial: (onread: OnReadOpts, onReady: () => void) => Socket;
  /** The exchange is over, and another one may follow. */
  readonly onFree: (idleMs: number | undefined) => void;
  readonly onGone: () => void;
};

type Line = {
  readonly socket: Socket;
  readonly means: Means;
  reader: ReplyReader;
  exchange: Exchange | undefined;
  isReady: boolean;
  isPaused: boolean;
  /** The other side has closed. */
  isEnded: boolean;
  isGone: boolean;
  isTelling: boolean;
};

export function openConnection(means: Means): Connection {
  const callback = (count: number) => {
    take(line, count);
    return true;
  };
  const socket = means.dial({ buffer: means.scratch, callback }, () => makeReady(line));
  const flags = { isReady: false, isPaused: false, isEnded: false, isGone: false, isTelling: false };
  const line: Line = { socket, means, reader: createReplyReader(), exchange: undefined, ...flags };
  socket.on("error", (error) => fail(line, error));
  socket.on("end", () => end(line));
  // What a pause held back of a reply that has ended is still to be told.
  socket.on("close", () => line.isEnded || fail(line, new Error("the connection was closed")));
  return {
    start(exchange) {
      line.exchange = exchange;
      line.reader = createReplyReader();
      if (line.isReady) write(socket, exchange);
    },
    pause() {
      line.isPaused = true;
      if (line.isReady) socket.pause();
    },
    resume() {
      line.isPaused = false;
      if (line.isReady) socket.resume();
      tell(line);
    },
    destroy: () => destroy(line),
    fail: (error) => fail(line, error),
    isAlive: () => !line.isGone && !line.isEnded && !socket.destroyed,
  };
}

function makeReady(line: Line): void {
  line.isReady = true;
  if (line.isPaused) line.socket.pause();
  if (line.exchange) write(line.socket, line.exchange);
}

function write(socket: Socket, exchange: Exchange): void {
  const { head, body } = exchange;
  exchange.onSent();
  writeMessage(socket, { head, body });
}

function take(line: Line, count: number): void {
  // Nobody has asked for anything, so it is nobody's answer.
  if (line.exchange === undefined) return destroy(line);
  const { reader } = line;
  reader.push(line.means.scratch.subarray(0, count));
  tell(line);
  if (line.isGone || !line.isPaused) return;
  reader.keep();
  // TLS gives the rest of what it has deciphered, pause or not.
  line.socket.pause();
}

function end(line: Line): void {
  line.isEnded = true;
  line.reader.close();
  if (line.exchange === undefined) destroy(line);
  else tell(line);
}

function tell(line: Line): void {
  if (line.isTelling) return;
  line.isTelling = true;
  try {
    while (line.exchange !== undefined && !line.isPaused && tellNext(line, line.exchange));
  } catch (thrown) {
    fail(line, thrown instanceof MalformedReply ? thrown : new Error("the reply could not be taken"));
  } finally {
    line.isTelling = false;
  }
}

/** Gives false where the next thing has not come yet. */
function tellNext(line: Line, exchange: Exchange): boolean {
  const event = line.reader.next();
  if (event.kind === "more") return false;
  if (event.kind === "head") exchange.onHead(event.head);
  else if (event.kind === "data") exchange.onData(event.data);
  else {
    line.exchange = undefined;
    // Where the answer came before the end of the question, the rest of that would be taken for the next.
    if (event.isKept && !line.socket.destroyed && line.socket.writableLength === 0) line.means.onFree(event.idleMs);
    else destroy(line);
    exchange.onEnd();
  }
  return true;
}

function destroy(line: Line): void {
  line.exchange = undefined;
  if (line.isGone) return;
  line.isGone = true;
  line.socket.destroy();
  line.means.onGone();
}

function fail(line: Line, error: Error): void {
  const { exchange } = line;
  destroy(line);
  exchange?.onFault(error);
}
