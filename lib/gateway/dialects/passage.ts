import type { AppError } from "#lib/base/errors";
import type { Usage } from "#lib/base/request-record";
import { BOUNDS } from "../bounds.ts";
import type { Call } from "../call.ts";
import type { DialectId, JsonObject } from "../conversation.ts";
import type { JsonMember } from "../json-scan.ts";
import type { Provider } from "../providers/provider.ts";

/** What is changed in answers that pass through. */
export type ReplyEdits = {
  /** The name to show instead of the upstream's own, where the two differ. */
  readonly model: string | undefined;
  /** Takes `usage` out, for a stream whose caller did not ask for it (openai-chat). */
  readonly withoutUsage: boolean;
  /** What the gateway did itself and the answer repeats (openai-responses). */
  readonly echo?: JsonObject;
};

/** What we need to know of one streamed chunk or event. */
export type ChunkView = {
  readonly hasContent: boolean;
  /** How many answers it says the end of, and why they end. */
  readonly finishes: number;
  /** How many answers there are at least, by the places of those it holds; one where it does not say. */
  readonly choicesMin?: number;
  /** The last event of its dialect: nothing of meaning follows. */
  readonly isEnd: boolean;
  /** UTF-8 bytes of text, reasoning and tool arguments: the base of an estimate when usage never comes. */
  readonly outputBytes: number;
  /** So many at least have come in all, where an event says again what came before. */
  readonly outputBytesMin?: number;
  readonly usage: Usage | undefined;
  /**
   * What the usage is worth: the whole of it, the input at the start, the output that completes such a start (Anthropic), or
   * a count that is whole once a finish has come (Gemini).
   */
  readonly usageKind: "whole" | "start" | "rest" | "running";
  /** True for the chunk that carries only usage and no choice (openai-chat). */
  readonly isUsageOnly: boolean;
  readonly error: unknown;
  /** The text that makes up all of `outputBytes`, in a chunk of which nothing else counts. */
  readonly text?: StreamedText;
};

/** A text, and the name of the member that holds it. */
export type StreamedText = { readonly name: string; readonly value: string };

/** Edits the chunks of one stream, one after the other; gives the same bytes where there is nothing to edit. */
export type ChunkPatcher = (data: Uint8Array, chunk: JsonObject) => Uint8Array;

/** One dialect's bytes on their way between two sides that both speak it: only what must be known is read, only what must change is changed. */
export type Passage = {
  readonly id: DialectId;
  readonly patchRequest: (call: Call, upstreamModel: string, provider: Provider) => Uint8Array;
  /** Headers of the caller that an upstream of this dialect is given. */
  readonly forwardedHeaders: readonly string[];
  /** True for a 200 that is an answer. */
  readonly isReply: (bytes: Uint8Array, members: readonly JsonMember[]) => boolean;
  readonly readReplyUsage: (bytes: Uint8Array, members: readonly JsonMember[]) => Usage | undefined;
  /** UTF-8 bytes of text, reasoning and calls in a whole answer: the base of an estimate where it tells no usage. */
  readonly outputBytesIn: (reply: JsonObject) => number;
  readonly patchReply: (bytes: Uint8Array, edits: ReplyEdits, members: readonly JsonMember[]) => Uint8Array;
  readonly readChunk: (chunk: JsonObject) => ChunkView;
  readonly createPatcher: (edits: ReplyEdits) => ChunkPatcher;
  /** The mark after the last event, where the dialect has one: `data: [DONE]`. */
  readonly mark: string | undefined;
  readonly encodeError: (error: AppError, requestId: string) => JsonObject;
  /** The frame that ends a stream which failed after it had begun, towards a caller whose bytes passed through; `last` is the chunk before. */
  readonly encodeErrorFrame: (error: AppError, requestId: string, last: JsonObject) => string;
};

export const NOTHING_SAID: ChunkView = {
  hasContent: false,
  finishes: 0,
  isEnd: false,
  outputBytes: 0,
  usage: undefined,
  usageKind: "whole",
  isUsageOnly: false,
  error: undefined,
};

/** UTF-8 bytes of a text; none of anything else. */
export const bytesIn = (value: unknown): number => (typeof value === "string" ? Buffer.byteLength(value) : 0);

/** How many answers there are at least, where one is at this place; nonsense is the first. */
export function choicesTo(index: unknown): number {
  const isPlace = typeof index === "number" && Number.isInteger(index) && index >= 0 && index < BOUNDS.choicesMax;
  return isPlace ? index + 1 : 1;
}
