import { invalid } from "../read.ts";

declare global {
  interface JSON {
    /** Tells what `JSON.rawJSON` made (TC39 JSON.parse source text access). */
    isRawJSON(value: unknown): boolean;
  }
}

/** Gives a number that parseExact kept as its text (`-6.6e-07`, a 64-bit seed) as the nearest double. */
export const plainNumber = (value: unknown): unknown => (JSON.isRawJSON(value) ? Number(JSON.stringify(value)) : value);

/** Reads a caller's number. */
export function requireFinite(value: unknown, path: string): number {
  const number = plainNumber(value);
  if (typeof number !== "number" || !Number.isFinite(number)) throw invalid(path, "must be a number.");
  return number;
}

/** Gives a reader of a caller's integer between two bounds, both included. */
export const requireIntegerIn =
  (least: number, most: number) =>
  (value: unknown, path: string): number => {
    const number = requireFinite(value, path);
    if (!Number.isInteger(number) || number < least || number > most) {
      throw invalid(path, `must be an integer from ${least} to ${most}.`);
    }
    return number;
  };
