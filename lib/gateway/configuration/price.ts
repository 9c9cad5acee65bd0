import { z } from "zod";
import { formatUsd, parsePrice } from "#lib/base/units";

const AMOUNT_RULE = "must be an amount in dollars from 0 to 1000000, with at most nine decimals";
const QUOTE_RULE = "has more digits than a number holds exactly: write it in quotes";
const AMOUNT_PATTERN = /^\d{1,9}(\.\d{1,9})?$/;
const AMOUNT_MAX = 1_000_000n * 1_000_000_000n;
const TIERS_MAX = 8;
const TIER_TOKENS_MAX = 100_000_000;
// A double holds any 15 decimal digits; from the 16th on, what was written may not be what was read.
export const NUMBER_DIGITS_MAX = 15;

/** Reads an amount of dollars exactly and gives it in one spelling: `0.40`, `"0.4"` and `0.4` are all `0.4`. */
const amount = z.union([z.number(), z.string()], { error: AMOUNT_RULE }).transform((given, context) => {
  if (typeof given === "number" && digitsIn(`${given}`) > NUMBER_DIGITS_MAX) {
    context.addIssue({ code: "custom", message: QUOTE_RULE });
    return z.NEVER;
  }
  const value = typeof given === "string" && !AMOUNT_PATTERN.test(given) ? undefined : parsePrice(given);
  if (value === undefined || value > AMOUNT_MAX) {
    context.addIssue({ code: "custom", message: AMOUNT_RULE });
    return z.NEVER;
  }
  return formatUsd(value).replace(/\.?0+$/, "");
});

const extraRates = {
  cachedInput: amount.optional(),
  cacheWrite: amount.optional(),
  reasoning: amount.optional(),
};

const tier = z.strictObject({
  aboveInputTokens: z.int().min(1).max(TIER_TOKENS_MAX),
  input: amount.optional(),
  output: amount.optional(),
  ...extraRates,
});

/** A price: dollars per million tokens, and flat dollars per request, image and minute. Amounts come out as decimal strings. */
export const priceSchema = z.strictObject({
  input: amount,
  output: amount,
  ...extraRates,
  perRequest: amount.optional(),
  perImage: amount.optional(),
  perMinute: amount.optional(),
  tiers: z.array(tier).max(TIERS_MAX).optional(),
});

export type PriceDocument = z.infer<typeof priceSchema>;
export type PriceTierDocument = z.infer<typeof tier>;

/** Counts the significant digits of a number as written. */
export const digitsIn = (text: string) =>
  text
    .replace(/e.*$/i, "")
    .replace(/[-+.]/g, "")
    .replace(/^0+|0+$/g, "").length;
