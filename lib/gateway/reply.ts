import type { Usage } from "#lib/base/request-record";
import type {
  AudioPart,
  Citation,
  DialectId,
  Extras,
  FilePart,
  ForeignPart,
  ImagePart,
  Json,
  Part,
  ReasoningPart,
  Signature,
} from "./conversation.ts";

export type FinishKind =
  | "stop"
  | "stop-sequence"
  | "length"
  | "tool-calls"
  | "content-filter"
  | "refusal"
  /** The provider's own tools take longer; the caller may go on (Anthropic's pause_turn). */
  | "pause"
  | "error"
  | "other";

export type Finish = {
  readonly kind: FinishKind;
  readonly stopSequence?: string;
  /** The reason as the source dialect wrote it. */
  readonly raw?: { readonly dialect: DialectId; readonly value: string };
};

/** One token and its log-probability, with alternatives: the shape OpenAI's two dialects share. `bytes` are UTF-8. */
export type TokenLogprob = {
  readonly token: string;
  readonly logprob: number;
  readonly bytes?: readonly number[] | null;
  readonly top: readonly {
    readonly token: string;
    readonly logprob: number;
    readonly bytes?: readonly number[] | null;
  }[];
};

export type Choice = {
  readonly index: number;
  readonly parts: readonly Part[];
  readonly finish: Finish;
  readonly logprobs?: readonly TokenLogprob[];
  readonly extras?: Extras;
};

/** A whole answer. */
export type Reply = {
  readonly id: string;
  readonly model: string;
  readonly createdAtS?: number;
  readonly choices: readonly Choice[];
  readonly usage?: Usage;
  readonly serviceTier?: string;
  readonly extras?: Extras;
};

/**
 * A streamed answer. Within one choice parts come one after the other: a part is ended before the next one starts, so
 * that dialects whose blocks may not overlap can be written at once. `part` counts from 0 within its choice.
 */
export type ReplyEvent =
  | {
      readonly kind: "start";
      readonly id: string;
      readonly model: string;
      readonly createdAtS?: number;
      /** What is known of the input at the start (Anthropic). */
      readonly usage?: Usage;
      readonly serviceTier?: string;
    }
  | { readonly kind: "part-start"; readonly choice: number; readonly part: number; readonly of: PartOpening }
  | { readonly kind: "delta"; readonly choice: number; readonly part: number; readonly text: string }
  | { readonly kind: "signature"; readonly choice: number; readonly part: number; readonly signature: Signature }
  | { readonly kind: "citation"; readonly choice: number; readonly part: number; readonly citation: Citation }
  | {
      readonly kind: "logprobs";
      readonly choice: number;
      readonly part: number;
      readonly tokens: readonly TokenLogprob[];
    }
  | { readonly kind: "part-end"; readonly choice: number; readonly part: number }
  | { readonly kind: "finish"; readonly choice: number; readonly finish: Finish }
  /** Cumulative: the last one counts. */
  | { readonly kind: "usage"; readonly usage: Usage }
  /** The stream is whole. */
  | { readonly kind: "end" }
  /** The upstream failed inside its stream; `body` is the error object it sent. */
  | { readonly kind: "error"; readonly body: Json };

/** How a streamed part begins; its text, thoughts or arguments follow as deltas. Parts that come whole have no delta. */
export type PartOpening =
  | { readonly kind: "text" | "refusal" }
  | {
      readonly kind: "reasoning";
      readonly form: ReasoningPart["form"];
      readonly isRedacted?: boolean;
      readonly signature?: Signature;
    }
  | {
      readonly kind: "tool-call";
      readonly id: string;
      readonly name: string;
      readonly isCustom?: boolean;
      readonly namespace?: string;
      readonly signature?: Signature;
    }
  | ImagePart
  | AudioPart
  | FilePart
  | ForeignPart;
