import { objectIn } from "#lib/gateway/dialects/read";

/** How the simulated upstream is to behave; set by the request field `sandbox` or by the model's name. */
export type Knobs = {
  readonly latencyMs: number;
  readonly tokensPerSecond: number;
  readonly outputTokens: number;
  readonly fault: Fault | undefined;
  /** An exact text to answer with. */
  readonly text: string | undefined;
};

export const FAULTS = [
  "error-400",
  "error-401",
  "error-429",
  "error-500",
  "error-503",
  "hang",
  "cut",
  "reset",
  "error-in-stream",
  "error-in-200",
  "no-usage",
  "malformed",
] as const;
export type Fault = (typeof FAULTS)[number];

const LATENCY_MS_MAX = 120_000;
const TOKENS_PER_SECOND_MAX = 100_000;
export const OUTPUT_TOKENS_MAX = 32_768;

/**
 * Reads the knobs of a call. Field: `"sandbox": {"latencyMs", "tokensPerSecond", "outputTokens", "fault", "text"}`.
 * Model name: `...-fault-<fault>`, `...-latency-<ms>`, `...-rate-<tokens per second>`, `...-tokens-<n>`, in any order at its end.
 */
export function knobsOf(model: string, field: unknown): Knobs {
  const set = objectIn(field) ?? {};
  const named = (name: string) => new RegExp(`-${name}-(\\d{1,6})(?=-|$)`).exec(model)?.[1];
  return {
    latencyMs: bounded(set.latencyMs ?? named("latency"), 0, LATENCY_MS_MAX),
    tokensPerSecond: bounded(set.tokensPerSecond ?? named("rate"), 0, TOKENS_PER_SECOND_MAX),
    outputTokens: bounded(set.outputTokens ?? named("tokens"), 0, OUTPUT_TOKENS_MAX),
    fault: faultOf(set.fault ?? model),
    text: typeof set.text === "string" ? set.text : undefined,
  };
}

function bounded(value: unknown, otherwise: number, max: number): number {
  const number = typeof value === "number" || typeof value === "string" ? Number(value) : otherwise;
  return Number.isFinite(number) && number >= 0 ? Math.min(max, number) : otherwise;
}

const faultOf = (value: unknown): Fault | undefined =>
  typeof value === "string" ? FAULTS.find((fault) => value === fault || value.endsWith(`-fault-${fault}`)) : undefined;
