import { type NanoUsd, type NanoUsdPerMTok, nanoUsd, parsePrice, parseUsd, pricePerMTok } from "#lib/base/units";
import type { Price, PriceRates } from "../routing/table.ts";
import type { PriceDocument, PriceTierDocument } from "./price.ts";

/**
 * Compiles a price to nano-dollars. What is not named costs what its kin costs: cached input and cache writes as input,
 * reasoning as output. A tier takes from the base price what that names, and then follows the same rule.
 */
export function compilePrice(price: PriceDocument): Price {
  return {
    ...ratesOf(price),
    perRequest: flat(price.perRequest),
    perImage: flat(price.perImage),
    perMinute: flat(price.perMinute),
    tiers: (price.tiers ?? [])
      .map((tier) => ({ aboveInputTokens: tier.aboveInputTokens, ...ratesOf({ ...price, ...definedIn(tier) }) }))
      .sort((left, right) => right.aboveInputTokens - left.aboveInputTokens),
  };
}

const definedIn = (tier: PriceTierDocument) =>
  Object.fromEntries(Object.entries(tier).filter(([, value]) => value !== undefined));

function ratesOf({ input, cachedInput, cacheWrite, output, reasoning }: PriceDocument): PriceRates {
  return {
    input: rate(input),
    cachedInput: rate(cachedInput ?? input),
    cacheWrite: rate(cacheWrite ?? input),
    output: rate(output),
    reasoning: rate(reasoning ?? output),
  };
}

const rate = (amount: string): NanoUsdPerMTok => parsePrice(amount) ?? pricePerMTok(broken(amount));
const flat = (amount = "0"): NanoUsd => parseUsd(amount) ?? nanoUsd(broken(amount));

function broken(amount: string): never {
  throw new Error(`not an amount: ${amount}`);
}
