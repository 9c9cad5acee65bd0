import type { AppError } from "#lib/base/errors";
import type { ReplySink } from "../request.ts";
import type { Tried } from "./failure.ts";
import type { WholeReply } from "./read-reply.ts";
import type { StreamState } from "./stream-state.ts";

/** A stream whose first content has arrived: nothing of it has been sent yet, and from here there is no failover. */
export type LiveStream = {
  readonly pump: (sink: ReplySink) => void;
  /** Ends the stream towards the caller with an error, and the upstream with it. */
  readonly cut: (error: AppError) => void;
  /** Ends the upstream at once, when the caller is gone. */
  readonly abort: () => void;
  readonly state: () => StreamState;
  /** What cut the stream after its first content, if anything did. */
  readonly fault: () => AppError | undefined;
};

/** What an upstream gave, before any of it is sent on. */
export type Answer =
  | { readonly kind: "whole"; readonly reply: WholeReply }
  | { readonly kind: "stream"; readonly live: LiveStream };

/** How one attempt ended; `left` when the caller hung up meanwhile. */
export type TryResult = Tried<Answer> | "left";
