import type { ReasoningEffort } from "#lib/gateway/conversation";

/** Our own table between words and tokens, the same in every dialect: no provider publishes one. */
const BUDGETS: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
};

export const budgetOf = (effort: ReasoningEffort): number => BUDGETS[effort];

/** Gives the effort a budget stands for; the limits lie between the numbers above. */
export function effortOf(budgetTokens: number): ReasoningEffort {
  if (budgetTokens === 0) return "none";
  if (budgetTokens <= 1_024) return "minimal";
  if (budgetTokens <= 4_096) return "low";
  return budgetTokens <= 12_288 ? "medium" : "high";
}
