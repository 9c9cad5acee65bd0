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
  readonly destroyed?: boolean;
  readonly socket?: Socket | null;
  readonly stream?: ServerHttp2Stream;
  readonly setHeader: (name: string, value: string) => unknown;
  readonly writeHead: (status: number, headers: Readonly<Record<string, string | string[]>>) => unknown;
  readonly writeContinue: () => unknown;
  readonly setTimeout: (ms: number, onTimeout: () => void) => unknown;
  readonly destroy: () => unknown;
};

/** The caller waits with its body for `100 Continue`, which is said when the body is about to be read. */
export type Exchange = { readonly incoming: Incoming; readonly outgoing: Outgoing; readonly isWaiting: boolean };
