import type { AppError } from "#lib/base/errors";
import type { RequestId } from "#lib/base/ids";

/** A call as the core sees it, whichever door it came through. Nothing of the body is read before it is asked for. */
export type GatewayRequest = {
  readonly id: RequestId;
  /** Admission by database time, Unix milliseconds; the id carries the same. */
  readonly admittedAtMs: number;
  readonly method: string;
  /** The path without the query, still percent-encoded. */
  readonly path: string;
  readonly query: string;
  readonly header: (name: string) => string | undefined;
  readonly remoteAddress: string;
  /** Reads the whole body; refuses with `body_too_large` past the limit. */
  readonly read: (limitBytes: number) => Uint8Array | Promise<Uint8Array>;
  readonly leaving: Leaving;
};

/** The caller's hang-up; an AbortSignal would cost more than all of authentication (decision 0008). */
export type Leaving = {
  readonly hasLeft: () => boolean;
  /** Sets the one listener, called at once if the caller is already gone; `null` takes it away. */
  readonly listen: (onLeft: (() => void) | null) => void;
};

/** Where a streamed reply goes: the door's side of the connection. */
export type ReplySink = {
  /** Gives false when the caller reads more slowly than we write; then wait for `onDrain`. */
  readonly write: (bytes: Uint8Array) => boolean;
  readonly end: () => void;
  readonly onDrain: (resume: () => void) => void;
};

/** Pushes the body into the sink; chunk by chunk without a promise per chunk (decision 0008). */
export type ReplyStream = {
  readonly pump: (sink: ReplySink) => void;
  /** Ends the stream before its time, with an error its reader understands. */
  readonly cut: (error: AppError) => void;
};

export type ReplyBody = Uint8Array | ReplyStream;

/** How a reply's connection ended. */
export type CloseReason = "sent" | "caller-left";

export type GatewayReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReplyBody;
  /** Called by the door exactly once, when the reply is out or its connection is gone. Settlement hangs here. */
  readonly onClose: (reason: CloseReason) => void;
};

/** True for a body that is pushed rather than whole. */
export const isStream = (body: ReplyBody): body is ReplyStream => !(body instanceof Uint8Array);
