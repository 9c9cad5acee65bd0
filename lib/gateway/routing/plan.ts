import type { Rejection } from "#lib/base/request-record";
import type { Conversation, DialectId, JsonObject } from "../conversation.ts";
import type { Loss } from "../dialects/codec.ts";
import type { Credential, Deployment, Model } from "./table.ts";

/** How an attempt speaks to its upstream: in the caller's own words, or translated into the upstream's. */
export type Wire =
  | { readonly kind: "pass"; readonly dialect: DialectId }
  | {
      readonly kind: "translate";
      readonly dialect: DialectId;
      readonly conversation: Conversation;
      readonly body: JsonObject;
      /** What could not be said and changes no meaning. */
      readonly losses: readonly Loss[];
      /** Tokens that it may answer with beyond the caller's limit. */
      readonly extraOutputTokens: number;
      /** Stop sequences that the gateway itself must see to. */
      readonly stops: readonly string[];
    }
  /** Vectors, which have codecs of their own and no conversation (dialects/embeddings). */
  | {
      readonly kind: "embed";
      readonly dialect: DialectId;
      readonly body: JsonObject;
      readonly losses: readonly Loss[];
      /** How many are to come back. */
      readonly vectors: number;
    };

export type PlannedAttempt = {
  readonly deployment: Deployment;
  readonly credential: Credential;
  /** The address the operation is asked at. */
  readonly url: string;
  readonly wire: Wire;
};

/** A finite, ordered list of attempts, made before anything is sent, and why the other candidates are not in it. */
export type Plan = {
  readonly model: Model;
  readonly attempts: readonly PlannedAttempt[];
  readonly rejected: readonly Rejection[];
};
