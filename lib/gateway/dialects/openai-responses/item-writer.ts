import type { Citation, JsonObject, Signature } from "#lib/gateway/conversation";
import type { TokenLogprob } from "#lib/gateway/reply";
import type { ItemStatus } from "./output-items.ts";

/** Writes one event as a frame, numbered. */
export type Emit = (type: string, fields: JsonObject) => string;

/** What a finished item leaves: its last frames, and the item for the whole response. */
export type Closed = { readonly frames: string; readonly item: JsonObject };

/** Writes one item of a streamed output. Each call gives the frames it comes to. */
export type ItemWriter = {
  readonly delta: (text: string) => string;
  readonly cite: (citation: Citation) => string;
  readonly weigh: (tokens: readonly TokenLogprob[]) => string;
  /** Takes the proof of the part; false where there is no place for it any more. */
  readonly sign: (signature: Signature) => boolean;
  readonly endPart: () => string;
  readonly close: (status: ItemStatus) => Closed;
};

/** Where an item stands and how it writes. */
export type ItemSite = { readonly emit: Emit; readonly index: number; readonly requestId: string };

/** An item that has begun: the frames that say so, and what writes the rest of it. */
export type BegunItem = { readonly frames: string; readonly writer: ItemWriter };
