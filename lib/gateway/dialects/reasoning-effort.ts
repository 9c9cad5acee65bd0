import type { ReasoningEffort, ReasoningRequest } from "#lib/gateway/conversation";

// The gateway's own table between words and tokens, the middle of what providers do; none of them publishes one.
const BUDGETS: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
};

/** The most tokens that still count as each effort; above the last it is `high`. */
const MOST: readonly (readonly [number, ReasoningEffort])[] = [
  [0, "none"],
  [1_024, "minimal"],
  [4_096, "low"],
  [12_288, "medium"],
];

/** Gives the tokens to think with that an effort stands for. */
export const budgetOf = (effort: ReasoningEffort): number => BUDGETS[effort];

/** Gives the effort that a request for reasoning comes to; nothing where the model is to decide, as a negative budget says. */
export function effortOf({ effort, budgetTokens }: ReasoningRequest): ReasoningEffort | undefined {
  if (effort !== undefined) return effort;
  if (budgetTokens === undefined || budgetTokens < 0) return undefined;
  return MOST.find(([most]) => budgetTokens <= most)?.[1] ?? "high";
}
