import { invalid, optional, requireNumber } from "#lib/gateway/dialects/read";

/** Gives a number that `parseExact` kept as its text (`1.0`, `1e-1`) as a number, and anything else as it is. */
const numberOf = (value: unknown): unknown => {
  const text = typeof value === "object" && value !== null && "rawJSON" in value ? value.rawJSON : undefined;
  return typeof text === "string" ? Number(text) : value;
};

/** Reads a number a caller may leave out. */
export const optionalNumber = (value: unknown, path: string): number | undefined =>
  optional(numberOf(value), path, requireNumber);

/** Reads a whole number, not below 0, that a caller may leave out. */
export function optionalCount(value: unknown, path: string): number | undefined {
  const number = optionalNumber(value, path);
  if (number !== undefined && (!Number.isInteger(number) || number < 0)) {
    throw invalid(path, "must be a whole number, 0 or more.");
  }
  return number;
}
