import type { NanoUsd, NanoUsdPerMTok } from "#lib/base/units";
import type { Provider } from "../providers/provider.ts";

/** A price as compiled: nano-dollars per million tokens, and flat amounts in nano-dollars. */
export type PriceRates = {
  readonly input: NanoUsdPerMTok;
  readonly cachedInput: NanoUsdPerMTok;
  readonly cacheWrite: NanoUsdPerMTok;
  readonly output: NanoUsdPerMTok;
  readonly reasoning: NanoUsdPerMTok;
};

export type Price = PriceRates & {
  readonly perRequest: NanoUsd;
  readonly perImage: NanoUsd;
  readonly perMinute: NanoUsd;
  /** Rates for prompts of more than `aboveInputTokens`, the highest threshold first. */
  readonly tiers: readonly (PriceRates & { readonly aboveInputTokens: number })[];
};

export type Timeouts = {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
};

export type Credential = { readonly id: string; readonly weight: number; readonly secret: string };

export type StrategyKind =
  | "priority"
  | "weighted"
  | "round-robin"
  | "least-busy"
  | "lowest-latency"
  | "lowest-cost"
  | "sticky";

export type Deployment = {
  /** Unique over the whole table: `<model id>/<deployment id>`. */
  readonly id: string;
  readonly providerId: string;
  readonly provider: Provider;
  readonly baseUrl: string;
  readonly allowPrivateNetwork: boolean;
  readonly credentials: readonly Credential[];
  readonly upstreamModel: string;
  readonly priority: number;
  readonly weight: number;
  readonly limits: { readonly rpm?: number; readonly tpm?: number; readonly concurrency?: number };
  /** What we pay; absent when the operator did not say. */
  readonly cost?: Price;
  readonly tags: readonly string[];
};

/** Every list that is there must name the caller. */
export type ModelAccess = {
  readonly organizations?: ReadonlySet<string>;
  readonly roles?: ReadonlySet<string>;
  readonly plans?: ReadonlySet<string>;
};

export type Model = {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly strategy: StrategyKind;
  /** What customers pay. A model without a price cannot be compiled: unknown is refused, not free. */
  readonly price: Price;
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
  readonly capabilities: ReadonlySet<string>;
  readonly timeouts: Timeouts;
  /** Who may use it; absent, everyone with a key. */
  readonly access?: ModelAccess;
  readonly deployments: readonly Deployment[];
};

/** One configuration version, compiled: immutable, swapped whole. */
export type RoutingTable = {
  readonly version: number;
  /** By id and by alias. */
  readonly byName: ReadonlyMap<string, Model>;
  readonly models: readonly Model[];
  /** When the version was made, Unix seconds: `created` in model lists. */
  readonly createdAtS: number;
};
