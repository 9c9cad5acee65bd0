import type { Tried } from "./failure.ts";
import type { LiveStream } from "./live.ts";
import type { WholeReply } from "./read-reply.ts";

/** What an upstream gave, before any of it is sent on. */
export type Answer =
  | { readonly kind: "whole"; readonly reply: WholeReply }
  | { readonly kind: "stream"; readonly live: LiveStream };

/** How one attempt ended; `left` when the caller hung up meanwhile. */
export type TryResult = Tried<Answer> | "left";
