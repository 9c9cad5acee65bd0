import { z } from "zod";
import { ORG_ROLES } from "#lib/base/permissions";
import { modelName, plainName } from "./names.ts";

const FALLBACKS_MAX = 8;
const ACCESS_ENTRIES_MAX = 500;
const HOUR_MS = 3_600_000;
const DAY_S = 86_400;
const COUNT_MAX = 1_000_000_000;

const STRATEGIES = [
  "priority",
  "weighted",
  "round-robin",
  "least-busy",
  "lowest-latency",
  "lowest-cost",
  "sticky",
] as const;
const STRATEGY_RULE = `must be one of ${STRATEGIES.join(", ")}, or an object with such a kind`;

const milliseconds = z.int().min(1).max(HOUR_MS);
const seconds = z.int().min(1).max(DAY_S);

const plainStrategies = [
  z.strictObject({ kind: z.literal("weighted") }),
  z.strictObject({ kind: z.literal("round-robin") }),
  z.strictObject({ kind: z.literal("least-busy") }),
  z.strictObject({ kind: z.literal("lowest-latency") }),
  z.strictObject({ kind: z.literal("lowest-cost"), maxFirstByteMs: milliseconds.optional() }),
  z.strictObject({ kind: z.literal("sticky"), by: z.enum(["session", "prompt-prefix"]).optional() }),
] as const;

const asObject = <Kind extends string>(kind: Kind) => ({ kind });

const tierStrategy = z.union([
  z.enum(STRATEGIES).exclude(["priority"]).transform(asObject),
  z.discriminatedUnion("kind", plainStrategies, { error: STRATEGY_RULE }),
]);

const strategyTier = z.strictObject({ priority: z.int().min(0).max(1_000), strategy: tierStrategy });

const priorityStrategy = z.strictObject({
  kind: z.literal("priority"),
  /** How deployments of one priority are ordered among themselves. */
  tiers: z.array(strategyTier).max(64).optional(),
});

/** A strategy as a word or as an object; comes out as an object. */
export const strategySchema = z.union(
  [
    z.enum(STRATEGIES).transform(asObject),
    z.discriminatedUnion("kind", [priorityStrategy, ...plainStrategies], { error: STRATEGY_RULE }),
  ],
  { error: STRATEGY_RULE },
);

const fallbackList = z.array(modelName).max(FALLBACKS_MAX);

/** Where to go when a model fails: one list for every kind of failure, or a list per kind; comes out per kind. */
export const fallbacksSchema = z.union(
  [
    fallbackList.transform((list) => ({ onError: list, onContextTooLong: list, onContentFilter: list })),
    z.strictObject({
      onError: fallbackList.optional(),
      onContextTooLong: fallbackList.optional(),
      onContentFilter: fallbackList.optional(),
    }),
  ],
  { error: "must be a list of model ids, or an object with onError, onContextTooLong or onContentFilter" },
);

export const timeoutsSchema = z.strictObject({
  connectMs: milliseconds.optional(),
  firstByteMs: milliseconds.optional(),
  idleMs: milliseconds.optional(),
  totalMs: milliseconds.optional(),
});

export const limitsSchema = z.strictObject({
  rpm: z.int().min(1).max(COUNT_MAX).optional(),
  tpm: z.int().min(1).max(1_000_000_000_000).optional(),
  concurrency: z.int().min(1).max(1_000_000).optional(),
});

/** A second attempt when the first byte is late: later than `percentile` of the deployment's own, for at most `maxPercent` of calls. */
export const hedgeSchema = z.strictObject({
  percentile: z.number().min(50).max(99.9).optional(),
  minDelayMs: milliseconds.optional(),
  maxPercent: z.number().gt(0).max(50).optional(),
});

/** When a deployment is taken out, for how long, and how it is probed. */
export const healthSchema = z.strictObject({
  consecutiveFailures: z.int().min(1).max(1_000).optional(),
  failurePercent: z.number().gt(0).max(100).optional(),
  windowS: seconds.optional(),
  minRequests: z.int().min(1).max(1_000_000).optional(),
  ejectS: seconds.optional(),
  ejectMaxS: seconds.optional(),
  probe: z.strictObject({ intervalS: seconds, timeoutMs: milliseconds.optional() }).optional(),
});

export const retrySchema = z.strictObject({
  attemptsMax: z.int().min(1).max(16).optional(),
  budgetPercent: z.number().min(0).max(100).optional(),
  budgetMin: z.int().min(0).max(1_000).optional(),
});

/** Who may use a model; an absent list does not restrict. */
export const accessSchema = z.strictObject({
  organizations: z.array(plainName).max(ACCESS_ENTRIES_MAX).optional(),
  roles: z.array(z.enum(ORG_ROLES)).max(ORG_ROLES.length).optional(),
  plans: z.array(plainName).max(ACCESS_ENTRIES_MAX).optional(),
});
