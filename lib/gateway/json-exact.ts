import type { Json } from "./conversation.ts";

declare global {
  interface JSON {
    /** Makes a value that is written out as the very text it was read from (TC39 JSON.parse source text access). */
    rawJSON(text: string): unknown;
  }
}

/** Sixteen digits, with or without a point among them, or an exponent: the only numbers a double may not hold. */
const RISKY = /[\d.]{16}|\d[eE]/;
/** A double holds fifteen significant digits of any number within its range (IEEE 754). */
const DIGITS_HELD = 15;

/**
 * Parses JSON so that `JSON.stringify` gives every number back with its value: one that a double cannot hold (64-bit ids,
 * long decimals) is kept as its text. Throws SyntaxError as `JSON.parse` does.
 */
export function parseExact(text: string): Json {
  if (!RISKY.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key: string, value: unknown, context?: { source: string }) =>
    typeof value === "number" && context && !isHeld(value, context.source) ? JSON.rawJSON(context.source) : value,
  );
}

function isHeld(value: number, source: string): boolean {
  if (String(value) === source) return true;
  const [mantissa = ""] = source.split(/e/i);
  return Number.isFinite(value) && mantissa.replace(/[-.]/g, "").replace(/^0+/, "").length <= DIGITS_HELD;
}
