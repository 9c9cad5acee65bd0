import { bufferOf, markLength } from "#lib/base/bytes";
import { AppError } from "#lib/base/errors";
import { BOUNDS } from "./bounds.ts";
import type { Json } from "./conversation.ts";
import { type JsonMember, LONG_NUMBER, type Span, scanForParsing, stringIn, textOf } from "./json-scan.ts";

declare global {
  interface JSON {
    /** Makes a value that is written out as the very text it was read from (TC39 JSON.parse source text access). */
    rawJSON(text: string): unknown;
  }
}

const EXPONENT = /\d[eE]/;
/** A text of more is kept, whether a double would do or not. */
const HELD_CHARS_MAX = 40;
/** A double holds fifteen significant digits of any number within its range (IEEE 754). */
const DIGITS_HELD = 15;
/** Smaller ones have fewer digits, down to none. */
const LEAST_NORMAL = 2 ** -1022;
const NONE: readonly never[] = [];

/**
 * Parses JSON so that `JSON.stringify` gives every number back with its value: one that a double cannot hold (64-bit ids,
 * long decimals) is kept as its text. Throws SyntaxError as `JSON.parse` does.
 */
export function parseExact(text: string): Json {
  if (!hasRiskyNumber(text)) return JSON.parse(text);
  return JSON.parse(text, (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && context?.source && !isHeld(context.source) ? JSON.rawJSON(context.source) : value,
  );
}

/**
 * The same for an object in bytes whose members are known, with where their long values stand, in order. A long text is decoded
 * and not parsed. A reviver would be called for every value and shown each number's text, which takes ten times as long as to
 * parse. Gives the long texts too. Refuses with `too_complex`.
 */
export function parseAround(
  bytes: Uint8Array,
  members: readonly JsonMember[],
  numbersMax: number = BOUNDS.longNumbersMax,
): { json: Json; texts: readonly LongText[] } {
  const longValues = members.flatMap((member) => member.longValues ?? NONE);
  const kept = keptApart(bytes, longValues, numbersMax);
  const pieces: string[] = [];
  let at = 0;
  for (const [place, { start, end }] of kept.entries()) {
    pieces.push(textOf(bytes, at, start), `[${MARK},${place}]`);
    at = end;
  }
  pieces.push(textOf(bytes, at));
  const json: Json = JSON.parse(pieces.join(""));
  if (kept.length > 0 && isHolder(json)) putBack(json, kept);
  return { json, texts: kept.flatMap((one) => longTextOf(bytes, one)) };
}

/** The same for the bytes of an upstream's answer, which may hold as many as it likes. Throws SyntaxError as `JSON.parse` does. */
export function parseAnswer(answer: Uint8Array): Json {
  const bytes = answer.subarray(markLength(answer));
  const text = textOf(bytes);
  const members = hasRiskyNumber(text) ? scanForParsing(bytes) : undefined;
  return members === undefined ? JSON.parse(text) : parseAround(bytes, members, Number.POSITIVE_INFINITY).json;
}

/** A text and its JSON. */
export type LongText = { readonly text: string; readonly quoted: Uint8Array };

/** A value that is not parsed with the others. */
type Kept = Span & { readonly value: unknown };

const longTextOf = (bytes: Uint8Array, { start, end, value }: Kept): readonly LongText[] =>
  typeof value === "string" ? [{ text: value, quoted: bytes.subarray(start, end) }] : [];

function keptApart(bytes: Uint8Array, longValues: readonly Span[], numbersMax: number): readonly Kept[] {
  const kept: Kept[] = [];
  const textAt = textsOf(bytes, longValues);
  let numbers = 0;
  for (const span of longValues) {
    const isText = bytes[span.start] === QUOTE;
    const value = isText ? stringIn(bytes, span.start, span.end) : unheldIn(textAt(span));
    if (value === undefined) continue;
    kept.push({ ...span, value });
    if (!isText && ++numbers > numbersMax) throw tooManyNumbers();
  }
  return kept;
}

const QUOTE = 0x22;

/** So many bytes for each number are decoded together: one by one they cost more. */
const NEAR_BYTES = 128;

function textsOf(bytes: Uint8Array, spans: readonly Span[]): (span: Span) => string {
  const from = spans[0]?.start ?? 0;
  const to = spans.at(-1)?.end ?? 0;
  if (to - from > NEAR_BYTES * spans.length) return ({ start, end }) => textOf(bytes, start, end);
  // Numbers are ASCII, and in Latin-1 every byte is a character.
  const near = bufferOf(bytes).toString("latin1", from, to);
  return ({ start, end }) => near.slice(start - from, end - from);
}

/** Nothing for a number that a double holds. */
function unheldIn(text: string): unknown {
  return isHeld(text) ? undefined : JSON.rawJSON(text);
}

const tooManyNumbers = () =>
  new AppError("too_complex", `The JSON body has more than ${BOUNDS.longNumbersMax} numbers that no double holds.`);

/** Read as infinity, which no number can be that is held. */
const MARK = "1e999";

/** Puts what was kept apart in the places of the marks, in a value that nobody else has yet. */
function putBack(holder: Holder, kept: readonly Kept[]): void {
  for (const name in holder) {
    const child = holder[name];
    if (!isHolder(child)) continue;
    if (child[0] === Number.POSITIVE_INFINITY) holder[name] = kept[Number(child[1])]?.value;
    else putBack(child, kept);
  }
}

/** An object or a list. */
type Holder = Record<number | string, unknown>;

const isHolder = (value: unknown): value is Holder => typeof value === "object" && value !== null;

/** Sixteen digits or an exponent: the only numbers a double may not hold. What stands in strings counts as well. */
const hasRiskyNumber = (text: string) => hasLongNumber(text) || EXPONENT.test(text);

/** A run of sixteen has a character at every sixteenth place, so that only those are looked at, and around them. */
function hasLongNumber(text: string): boolean {
  for (let at = LONG_NUMBER - 1; at < text.length; at += LONG_NUMBER) {
    if (!isDigitOrPoint(text.charCodeAt(at))) continue;
    let from = at;
    while (isDigitOrPoint(text.charCodeAt(from - 1))) from--;
    let to = from + 1;
    while (to - from < LONG_NUMBER && isDigitOrPoint(text.charCodeAt(to))) to++;
    if (to - from === LONG_NUMBER) return true;
  }
  return false;
}

/** Not so for NaN, which stands before and behind the text. */
const isDigitOrPoint = (code: number) => code <= 0x39 && (code >= 0x30 || code === 0x2e);

function isHeld(source: string): boolean {
  if (source.length > HELD_CHARS_MAX) return false;
  const value = Number(source);
  if (String(value) === source) return true;
  const [mantissa = ""] = source.split(/e/i);
  const digits = mantissa.replace(/[-.]/g, "").replace(/^0+/, "").length;
  return digits === 0 || (digits <= DIGITS_HELD && Number.isFinite(value) && Math.abs(value) >= LEAST_NORMAL);
}
