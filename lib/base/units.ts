/** Money and counts as types that cannot be mixed. All money is an integer of nano-dollars (1e-9 USD). */

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** An amount of money in nano-dollars (1e-9 USD). */
export type NanoUsd = Branded<bigint, "NanoUsd">;
/** A price in nano-dollars per million tokens; the cheapest published price is exact in it. */
export type NanoUsdPerMTok = Branded<bigint, "NanoUsdPerMTok">;
/** A count of tokens: a non-negative safe integer. */
export type Tokens = Branded<number, "Tokens">;

export const NANO_PER_USD = 1_000_000_000n;
const TOKENS_PER_PRICE = 1_000_000n;

/** Brands a bigint of nano-dollars. */
export const nanoUsd = (value: bigint) => value as NanoUsd;
/** Brands a bigint of nano-dollars per million tokens. */
export const pricePerMTok = (value: bigint) => value as NanoUsdPerMTok;

/** Takes a count and brands it; throws on anything but a non-negative safe integer. */
export function tokens(value: number): Tokens {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`not a token count: ${value}`);
  return value as Tokens;
}

/** Sums count x price exactly, adds flat amounts, and rounds up once. Gives nano-dollars. */
export function costOf(
  lines: readonly { readonly count: Tokens; readonly price: NanoUsdPerMTok }[],
  flat: NanoUsd = nanoUsd(0n),
): NanoUsd {
  let exact = 0n;
  for (const { count, price } of lines) if (count > 0) exact += BigInt(count) * price;
  return nanoUsd((exact + TOKENS_PER_PRICE - 1n) / TOKENS_PER_PRICE + flat);
}

const USD_PATTERN = /^(-?)(\d{1,9})(?:\.(\d{1,9}))?$/;

/** Reads a decimal string of dollars with at most nine places. Gives nothing when it is not one. */
export function parseUsd(text: string): NanoUsd | undefined {
  const match = USD_PATTERN.exec(text);
  if (!match) return undefined;
  const [, sign, whole = "0", fraction = ""] = match;
  const value = BigInt(whole) * NANO_PER_USD + BigInt(fraction.padEnd(9, "0"));
  return nanoUsd(sign === "-" ? -value : value);
}

/** Reads a price given in dollars per million tokens (a number or decimal string, at most nine places). */
export function parsePrice(usdPerMTok: number | string): NanoUsdPerMTok | undefined {
  const text = typeof usdPerMTok === "string" ? usdPerMTok : decimalOf(usdPerMTok);
  const value = parseUsd(text);
  return value === undefined || value < 0n ? undefined : pricePerMTok(value);
}

/** Writes an amount as a decimal string of dollars with nine places. */
export function formatUsd(value: bigint): string {
  const magnitude = value < 0n ? -value : value;
  const fraction = (magnitude % NANO_PER_USD).toString().padStart(9, "0");
  return `${value < 0n ? "-" : ""}${magnitude / NANO_PER_USD}.${fraction}`;
}

function decimalOf(value: number): string {
  const text = value.toString();
  return text.includes("e") ? value.toFixed(12).replace(/0+$/, "").replace(/\.$/, "") : text;
}
