import { formatUsd } from "#lib/base/units";

const SMALLEST_SHOWN_NANO = 100_000n;
const CENT_NANO = 10_000_000n;
const DOLLAR_NANO = 1_000_000_000n;

/**
 * Writes nano-dollars, given as a decimal text, for a reader: cents from a dollar up, more places below. What is more
 * than nothing never looks like nothing.
 */
export function moneyText(nano: string, locale: string): string {
  const value = BigInt(nano);
  const magnitude = value < 0n ? -value : value;
  if (magnitude > 0n && magnitude < SMALLEST_SHOWN_NANO) return `<${inUsd("0.0001", locale, 4)}`;
  return inUsd(formatUsd(value), locale, placesOf(magnitude));
}

function placesOf(magnitude: bigint): number {
  if (magnitude === 0n || magnitude >= DOLLAR_NANO) return 2;
  return magnitude >= CENT_NANO ? 4 : 6;
}

const inUsd = (amount: string, locale: string, places: number) =>
  new Intl.NumberFormat(locale, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: Math.min(places, 4),
    maximumFractionDigits: places,
  }).format(Number(amount));
