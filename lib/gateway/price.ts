import type { Usage } from "#lib/base/request-record";
import { costOf, type NanoUsd, nanoUsd, tokens } from "#lib/base/units";
import type { Price, PriceRates } from "./routing/table.ts";

/** Gives the cost of a usage in nano-dollars, exact and rounded up once. Cached and reasoning tokens are parts of input and output. */
export function costOfUsage(price: Price, usage: Usage): NanoUsd {
  const rates = ratesFor(price, usage.inputTokens);
  const freshInput = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens);
  const visibleOutput = Math.max(0, usage.outputTokens - usage.reasoningTokens);
  return costOf(
    [
      { count: tokens(freshInput), price: rates.input },
      { count: tokens(usage.cachedInputTokens), price: rates.cachedInput },
      { count: tokens(usage.cacheWriteTokens), price: rates.cacheWrite },
      { count: tokens(visibleOutput), price: rates.output },
      { count: tokens(usage.reasoningTokens), price: rates.reasoning },
    ],
    price.perRequest,
  );
}

/** Gives the rates of the highest tier the prompt passes; `tiers` stand highest first. */
const ratesFor = (price: Price, inputTokens: number): PriceRates =>
  price.tiers.find((tier) => inputTokens > tier.aboveInputTokens) ?? price;

export const FREE = nanoUsd(0n);
