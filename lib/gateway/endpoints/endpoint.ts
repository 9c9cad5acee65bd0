import type { EndpointScope } from "#lib/base/endpoint-scopes";
import type { BodyFields } from "../body-fields.ts";
import type { UpstreamOperation } from "../providers/provider.ts";

/** What an endpoint reads of a body beside the model. */
export type CallView = {
  readonly isStream: boolean;
  /** Whether the caller asked for the usage chunk itself; we always ask the upstream for it. */
  readonly wantsUsage: boolean;
  readonly streamOptions: Readonly<Record<string, unknown>>;
  /** The most output the caller wants, in tokens; absent when it set none. */
  readonly maxOutputTokens: number | undefined;
  readonly choices: number;
  /** Whether vectors are wanted in base64. */
  readonly wantsBase64: boolean;
};

type Named = {
  readonly name: string;
  /** What a key must be allowed to use. */
  readonly scope: EndpointScope;
  readonly pattern: RegExp;
};

/** A URL that we answer ourselves. */
export type OwnEndpoint = Named & { readonly method: "GET"; readonly operation: null };

/** A URL whose calls go to an upstream. */
export type CallEndpoint = Named & {
  readonly method: "POST";
  readonly operation: UpstreamOperation;
  /** What is billed when an upstream says nothing of usage: both sides, the input alone, or only the price per request. */
  readonly metering: "tokens" | "input" | "request";
  /** Reads the fields we act on. Refuses with 400; the rest is the upstream's to judge. */
  readonly read: (fields: BodyFields) => CallView;
  /** The list that a 200 must hold to be what this endpoint promises. */
  readonly replyList: string;
  /** Brings the upstream's reply into the form that was asked for, where the two differ. */
  readonly fit?: (reply: Uint8Array, asked: CallView) => Uint8Array;
};

export type Endpoint = OwnEndpoint | CallEndpoint;

/** The view of a call that asks for nothing special. */
export const PLAIN_VIEW: CallView = {
  isStream: false,
  wantsUsage: false,
  streamOptions: {},
  maxOutputTokens: undefined,
  choices: 1,
  wantsBase64: false,
};
