import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";

/** A request as Node gives it, over HTTP/1.1 or HTTP/2. */
export type Incoming = IncomingMessage | Http2ServerRequest;

/** What ServerResponse and Http2ServerResponse have in common; one of them has a connection of its own, the other a stream. */
export type Outgoing = NodeJS.WritableStream & {
  readonly headersSent: boolean;
  readonly writableLength: number;
  readonly writableEnded: boolean;
  readonly writableFinished: boolean;
  /** Whether Node frames what is written as chunks; HTTP/2 knows none. */
  chunkedEncoding?: boolean;
  readonly destroyed?: boolean;
  readonly socket?: Socket | null;
  readonly stream?: ServerHttp2Stream;
  readonly setHeader: (name: string, value: string) => unknown;
  readonly writeHead: (status: number, headers: Readonly<Record<string, string | string[]>>) => unknown;
  readonly writeContinue: () => unknown;
  readonly cork: () => void;
  readonly uncork: () => void;
  readonly setTimeout: (ms: number, onTimeout: () => void) => unknown;
  readonly destroy: () => unknown;
};

export type Exchange = {
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  /** The caller waits with its body for `100 Continue`, which is said when the body is about to be read. */
  readonly isWaiting: boolean;
  /** Called when the answer is out or its connection gone, in the order of asking. */
  readonly onClose: (close: () => void) => void;
};

/** All who ask share one listener: several of Node's cost more than what they do. */
export function openExchange(incoming: Incoming, outgoing: Outgoing, isWaiting: boolean): Exchange {
  const closers: (() => void)[] = [];
  outgoing.once("close", () => {
    for (const close of closers) close();
  });
  return { incoming, outgoing, isWaiting, onClose: (close) => void closers.push(close) };
}

export const isGone = (outgoing: Outgoing): boolean => outgoing.stream?.destroyed ?? outgoing.destroyed ?? false;

/** A stream of HTTP/2 that was reset counts as finished too; what tells it apart is who ended it, and with what code. */
export const isSent = (outgoing: Outgoing): boolean =>
  outgoing.writableFinished && outgoing.writableEnded && (outgoing.stream?.rstCode ?? 0) === 0;
