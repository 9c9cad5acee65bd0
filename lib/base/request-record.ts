import type { NanoUsd } from "./units.ts";

export type Outcome = "completed" | "refused" | "failed" | "cancelled" | "interrupted";
export type CacheState = "hit" | "miss" | "follow" | "bypass";

/** What a reply consumed. `inputTokens` includes cached ones and `outputTokens` includes reasoning, as OpenAI counts. */
export type Usage = {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** Parts of input and output that were sound, where the upstream says so; carried in translation, billed as the rest. */
  readonly audioInputTokens?: number;
  readonly audioOutputTokens?: number;
  /** True when the upstream gave no usage and we counted ourselves. */
  readonly isEstimated: boolean;
};

export const NO_USAGE: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  isEstimated: false,
};

/** One try at one deployment, written before it is sent and closed when it ends. */
export type AttemptRecord = {
  readonly deployment: string;
  readonly provider: string;
  readonly credential: string;
  readonly status: number;
  readonly failure?: string;
  /** Fields that its dialect could not carry. */
  readonly dropped?: readonly string[];
  readonly durationMs: number;
  readonly costNano: NanoUsd;
};

/** A deployment that was considered and not used, and why. */
export type Rejection = { readonly deployment: string; readonly reason: string };

/** The one wide record of a request; meter, log, metrics and usage pages all read this type. Times are Unix milliseconds. */
export type RequestRecord = {
  readonly id: string;
  readonly admittedAtMs: number;
  readonly orgId: string | null;
  readonly projectId: string | null;
  readonly memberId: string | null;
  readonly keyId: string | null;
  readonly endpoint: string;
  readonly requestedModel: string;
  readonly servedModel: string;
  readonly provider: string;
  readonly deployment: string;
  readonly status: number;
  readonly outcome: Outcome;
  readonly errorCode: string | null;
  readonly isStream: boolean;
  readonly isTest: boolean;
  /** How many requests this row stands for: above 1 only for sampled refusals. */
  readonly requests: number;
  readonly attempts: readonly AttemptRecord[];
  readonly rejected: readonly Rejection[];
  readonly cache: CacheState;
  readonly usage: Usage;
  readonly cost: NanoUsd;
  readonly upstreamCost: NanoUsd;
  readonly configVersion: number;
  readonly durationMs: number;
  readonly firstByteMs: number | null;
};

/** What must be known of an admitted request should its process die. */
export type AdmittedRequest = Pick<
  RequestRecord,
  | "id"
  | "admittedAtMs"
  | "orgId"
  | "projectId"
  | "memberId"
  | "keyId"
  | "endpoint"
  | "requestedModel"
  | "servedModel"
  | "provider"
  | "deployment"
  | "isStream"
  | "isTest"
  | "configVersion"
>;

/** How far a running request has come. */
export type Checkpoint = Pick<RequestRecord, "usage" | "cost" | "upstreamCost" | "durationMs">;
