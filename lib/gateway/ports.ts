import type { EndpointScope } from "#lib/base/endpoint-scopes";
import type { OrgRole } from "#lib/base/permissions";
import type { AdmittedRequest, Checkpoint, RequestRecord } from "#lib/base/request-record";
import type { NanoUsd } from "#lib/base/units";
import type { RoutingTable, Timeouts } from "./routing/table.ts";

/** Who calls, by a key or an access token. `memberId` is the person behind the credential, where there is one. */
export type Caller = {
  /** What rate limits count by: the key, or the person who holds a token. */
  readonly credentialId: string;
  readonly keyId: string | null;
  readonly orgId: string;
  readonly projectId: string | null;
  readonly memberId: string | null;
  readonly isTest: boolean;
  readonly access: Access;
};

/** What a caller may do: organisation, project, role and key each narrow it, and all of them must agree. */
export type Access = {
  /** The names a model's own `access` may mean the organisation by. */
  readonly organizationNames: readonly string[];
  readonly plan: string | null;
  /** The role of the person behind the credential; null where there is none. */
  readonly role: OrgRole | null;
  /** Null does not restrict. */
  readonly scopes: ReadonlySet<EndpointScope> | null;
  /** A model must be in every one of these. */
  readonly modelSets: readonly ReadonlySet<string>[];
  /** Tells whether an address may use the credential; null does not restrict. */
  readonly admitsAddress: ((address: string) => boolean) | null;
};

/**
 * Credentials known to this process: memory first, the database behind. `find` gives null for an unknown, revoked or
 * expired one, and refuses with 429 when too many wrong ones have come from the address.
 */
export type KeysPort = {
  readonly find: (presented: string, address: string) => Caller | null | Promise<Caller | null>;
};

export type ConfigurationPort = { readonly current: () => RoutingTable };

export type LimitDecision =
  | { readonly allowed: true; readonly limit: number; readonly remaining: number; readonly resetMs: number }
  | { readonly allowed: false; readonly limit: number; readonly retryAfterS: number };

export type LimitsPort = { readonly take: (caller: Caller) => LimitDecision };

export type Hold = { readonly settle: (cost: NanoUsd) => void };

export type HoldDecision =
  | { readonly held: true; readonly hold: Hold }
  | { readonly held: false; readonly reason: "no-money" | "no-database" };

export type MoneyPort = { readonly reserve: (orgId: string, amount: NanoUsd) => HoldDecision | Promise<HoldDecision> };

/** The write-ahead file. `admit` resolves once its record has reached the operating system, before any byte goes upstream; it rejects with `journal_full`. */
export type JournalPort = {
  readonly admit: (request: AdmittedRequest) => void | Promise<void>;
  readonly checkpoint: (id: string, state: Checkpoint) => void;
  readonly settle: (record: RequestRecord) => void;
  /** A request that never went upstream: its rows are sampled above a rate, its number stays exact. */
  readonly note: (record: RequestRecord) => void;
};

export type UpstreamRequest = {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly allowPrivateNetwork: boolean;
  readonly timeouts: Timeouts;
};

export type UpstreamFault = {
  readonly kind:
    | "connect-timeout"
    | "first-byte-timeout"
    | "idle-timeout"
    | "total-timeout"
    | "refused-address"
    | "network";
  readonly message: string;
};

/** Told of each thing as it happens, never before `send` has returned; after `onEnd` or `onFault` nothing more comes. */
export type UpstreamListener = {
  readonly onHead: (status: number, header: (name: string) => string | undefined) => void;
  readonly onData: (chunk: Uint8Array) => void;
  readonly onEnd: () => void;
  readonly onFault: (fault: UpstreamFault) => void;
};

export type UpstreamCall = {
  /** Ends the call at once; the listener hears nothing more. */
  readonly abort: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
};

/** The only thing that opens a socket to an upstream. */
export type UpstreamPort = { readonly send: (request: UpstreamRequest, listener: UpstreamListener) => UpstreamCall };

/** Whose stored responses a call may see: those of its organisation, project and mode. */
export type Tenant = Pick<Caller, "orgId" | "projectId" | "isTest">;

/** An answer of `POST /v1/responses` and what it answered, both as JSON. */
export type StoredResponse = {
  /** How many answers the conversation has, this one included. */
  readonly turns: number;
  /** The list of items that went in. */
  readonly input: Uint8Array;
  /** The response object as the caller saw it. */
  readonly response: Uint8Array;
};

export type ResponseToStore = StoredResponse & {
  readonly tenant: Tenant;
  readonly responseId: string;
  readonly requestId: string;
  readonly keyId: string | null;
  readonly model: string;
  readonly createdAtMs: number;
  /** Ids of the items in the output. */
  readonly outputIds: readonly string[];
};

/** Responses kept between calls. What is not there, expired or another tenant's is all the same: undefined. Reads reject with `responses_unavailable`. */
export type ResponsesPort = {
  /** Takes a response to be written behind its reply; it can be found at once. Gives false where it cannot be taken. */
  readonly store: (response: ResponseToStore) => boolean;
  readonly find: (tenant: Tenant, responseId: string) => Promise<StoredResponse | undefined>;
  /** Gives those response objects whose output holds one of these items. */
  readonly findByItems: (tenant: Tenant, itemIds: readonly string[]) => Promise<readonly Uint8Array[]>;
  /** Gives false where there is nothing to remove. */
  readonly remove: (tenant: Tenant, responseId: string) => Promise<boolean>;
};

export type MetricsPort = {
  readonly started: () => void;
  readonly finished: (record: RequestRecord) => void;
};

/** Tells, again and again, when something has been silent for too long; `touch` says that it was not. One sweep watches all. */
export type SilencePort = {
  readonly watch: (onSilent: () => void) => { readonly touch: () => void; readonly stop: () => void };
};

/** Database time and a monotonic clock, both in milliseconds. */
export type ClockPort = { readonly now: () => number; readonly monotonic: () => number };

export type GatewayDeps = {
  readonly keys: KeysPort;
  readonly configuration: ConfigurationPort;
  readonly limits: LimitsPort;
  readonly money: MoneyPort;
  readonly journal: JournalPort;
  readonly upstream: UpstreamPort;
  readonly sandbox: UpstreamPort;
  readonly responses: ResponsesPort;
  readonly metrics: MetricsPort;
  readonly clock: ClockPort;
  readonly silence: SilencePort;
  /** 0 (included) to 1. */
  readonly random: () => number;
  readonly log: Readonly<
    Record<"error" | "warn", (message: string, fields?: Readonly<Record<string, unknown>>) => void>
  >;
};
