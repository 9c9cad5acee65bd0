import { invalid, objectIn, requireNumber, textIn } from "#lib/gateway/dialects/read";

/** Reads a number, also one that `parseExact` kept as its text because it is not written as JavaScript would (`1.0`). */
export function readNumber(value: unknown, path: string): number {
  const text = textIn(objectIn(value)?.rawJSON);
  const number = requireNumber(text === undefined ? value : Number(text), path);
  if (!Number.isFinite(number)) throw invalid(path, "must be a number.");
  return number;
}

/** Reads a whole number that is not negative. */
export function readCount(value: unknown, path: string): number {
  const number = readNumber(value, path);
  if (!Number.isSafeInteger(number) || number < 0) throw invalid(path, "must be a whole number, 0 or more.");
  return number;
}
