import type { Json } from "./conversation.ts";

declare global {
  interface JSON {
    /** Makes a value that is written out as the very text it was read from (TC39 JSON.parse source text access). */
    rawJSON(text: string): unknown;
  }
}

/** Sixteen digits or an exponent: the only numbers that may come back other than they were written. */
const RISKY = /\d{16}|\d[eE]/;

/**
 * Parses JSON so that `JSON.stringify` gives every number back as it was written: one that a double cannot hold (64-bit
 * ids, long decimals) is kept as its text. Throws SyntaxError as `JSON.parse` does.
 */
export function parseExact(text: string): Json {
  if (!RISKY.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key: string, value: unknown, context?: { source: string }) =>
    typeof value === "number" && context && String(value) !== context.source ? JSON.rawJSON(context.source) : value,
  );
}
