import type { Json } from "./conversation.ts";

declare global {
  interface JSON {
    /** Makes a value that is written out as the very text it was read from (TC39 JSON.parse source text access). */
    rawJSON(text: string): unknown;
  }
}

const EXPONENT = /\d[eE]/;
/** Fewer digits, with or without a point among them, are held by every double. */
const RISKY_LENGTH = 16;
/** A double holds fifteen significant digits of any number within its range (IEEE 754). */
const DIGITS_HELD = 15;

/**
 * Parses JSON so that `JSON.stringify` gives every number back with its value: one that a double cannot hold (64-bit ids,
 * long decimals) is kept as its text. Throws SyntaxError as `JSON.parse` does.
 */
export function parseExact(text: string): Json {
  if (!hasRiskyNumber(text)) return JSON.parse(text);
  return JSON.parse(text, (_key: string, value: unknown, context?: { source: string }) =>
    typeof value === "number" && context && !isHeld(value, context.source) ? JSON.rawJSON(context.source) : value,
  );
}

/** Sixteen digits or an exponent: the only numbers a double may not hold. What stands in strings counts as well. */
const hasRiskyNumber = (text: string) => hasLongNumber(text) || EXPONENT.test(text);

/** A run of sixteen has a character at every sixteenth place, so that only those are looked at, and around them. */
function hasLongNumber(text: string): boolean {
  for (let at = RISKY_LENGTH - 1; at < text.length; at += RISKY_LENGTH) {
    if (!isDigitOrPoint(text.charCodeAt(at))) continue;
    let from = at;
    while (isDigitOrPoint(text.charCodeAt(from - 1))) from--;
    let to = from + 1;
    while (to - from < RISKY_LENGTH && isDigitOrPoint(text.charCodeAt(to))) to++;
    if (to - from === RISKY_LENGTH) return true;
  }
  return false;
}

/** Not so for NaN, which stands before and behind the text. */
const isDigitOrPoint = (code: number) => code <= 0x39 && (code >= 0x30 || code === 0x2e);

function isHeld(value: number, source: string): boolean {
  if (String(value) === source) return true;
  const [mantissa = ""] = source.split(/e/i);
  return Number.isFinite(value) && mantissa.replace(/[-.]/g, "").replace(/^0+/, "").length <= DIGITS_HELD;
}
