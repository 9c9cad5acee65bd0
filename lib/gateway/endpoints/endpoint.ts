import type { EndpointScope } from "#lib/base/endpoint-scopes";
import type { Usage } from "#lib/base/request-record";
import type { BodyFields } from "../body-fields.ts";
import type { DialectId, JsonObject } from "../conversation.ts";
import { isArray, type JsonMember, memberOf } from "../json-scan.ts";
import type { UpstreamOperation } from "../providers/provider.ts";
import type { GatewayRequest } from "../request.ts";

/** What a call has to do with stored answers (openai-responses). */
export type ResponseState = {
  /** Whether its answer is to be stored. */
  readonly isStored: boolean;
  /** The answer it goes on from. */
  readonly previousId: string | undefined;
  /** How many answers its conversation will have. */
  readonly turns: number;
};

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
  /** How the events of a stream are to stand in the body. */
  readonly framing: "events" | "array";
  /** Only where answers can be stored. */
  readonly state?: ResponseState;
};

/** What a URL says beside its path. */
export type Asked = { readonly path: string; readonly query: string };

/** A body as it came, with the members of its outermost object. */
type RequestBody = { readonly bytes: Uint8Array; readonly members: readonly JsonMember[] };

export type OwnCount = {
  /** Gives the request whose tokens are to be counted, as its dialect would have it. */
  readonly requestIn: (body: JsonObject) => JsonObject;
  readonly replyOf: (tokens: number) => JsonObject;
};

type Named = {
  readonly name: string;
  /** What a key must be allowed to use. */
  readonly scope: EndpointScope;
  readonly pattern: RegExp;
  /** The dialect its callers speak, and are refused in. */
  readonly dialect: DialectId;
  /** Tells, where callers of several dialects ask at one URL, whether it is this one; absent where there is no such choice. */
  readonly isMeantBy?: (request: Pick<GatewayRequest, "path" | "header">) => boolean;
};

/** A URL that we answer ourselves. */
export type OwnEndpoint = Named & { readonly method: "GET" | "DELETE" | "POST"; readonly operation: null };

/** A URL whose calls go to an upstream. */
export type CallEndpoint = Named & {
  readonly method: "POST";
  readonly operation: UpstreamOperation;
  /** True for an answer of a model, which can be had in any dialect. */
  readonly isAnswer: boolean;
  /** What is billed, of an upstream's usage or our estimate: both sides, the input alone, or only the price per request; with `none`, nothing ever. */
  readonly metering: "tokens" | "input" | "request" | "none";
  /** True where the input may be tokens, each of which is a value of its own. */
  readonly takesTokens?: boolean;
  /** Reads the fields we act on. Refuses with 400; the rest is the upstream's to judge. */
  readonly read: (fields: BodyFields, asked: Asked) => CallView;
  /** Gives the model where the URL names it and not the body. */
  readonly modelIn?: (path: string) => string;
  /** Puts the upstream's model where a body names one inside of it; absent where its dialect's own edit does. */
  readonly renameIn?: (body: RequestBody, upstreamModel: string) => Uint8Array;
  /** How tokens are counted here, where no upstream of the model counts them. */
  readonly ownCount?: OwnCount;
  /** True for a 200 that holds what this endpoint promises; absent where that is what its dialect calls an answer. */
  readonly isReply?: (bytes: Uint8Array, members: readonly JsonMember[]) => boolean;
  /** Reads the usage of such a 200; absent where its dialect's own reading does. */
  readonly readReplyUsage?: (bytes: Uint8Array, members: readonly JsonMember[]) => Usage | undefined;
  /** Brings the upstream's reply into the form that was asked for, where the two differ. Throws where it cannot be. */
  readonly convert?: (reply: Uint8Array, asked: CallView) => Promise<Uint8Array>;
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
  framing: "events",
};

/** Tells a reply by a member it must have. */
export const holdsMember =
  (name: string) =>
  (_bytes: Uint8Array, members: readonly JsonMember[]): boolean =>
    memberOf(members, name) !== undefined;

/** Tells a reply by the list it must hold. */
export const holdsList =
  (name: string) =>
  (bytes: Uint8Array, members: readonly JsonMember[]): boolean =>
    isArray(bytes, memberOf(members, name));
