import { bufferOf, markLength } from "#lib/base/bytes";
import { AppError } from "#lib/base/errors";
import { BOUNDS } from "./bounds.ts";
import { createNames } from "./json-names.ts";
import { endOfNumber, endOfString, endOfWord, MALFORMED, skipSpace, type Tape } from "./json-tokens.ts";

/** A member of the outermost object, with the byte offsets of its key and its value. */
export type JsonMember = {
  readonly name: string;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Where in its value long texts stand, and numbers that a double may not hold; of what is going to be parsed only. */
  readonly longValues: readonly Span[] | undefined;
};

/** The byte offsets of a value. */
export type Span = { readonly start: number; readonly end: number };

/** Whose bytes they are: a caller's, an upstream's that pass or are read in part, or an upstream's that are going to be parsed. */
type Source = "caller" | "upstream" | "parsed";

/** What one scan carries along. */
type Scan = Tape & {
  readonly source: Source;
  readonly nodesMax: number;
  depth: number;
  nodes: number;
  longValues: Span[] | undefined;
};

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LETTER_E = 0x65;

/**
 * Reads JSON bytes (RFC 8259) without building anything of them: gives the members of the outermost object, or nothing
 * where the bytes are no JSON or no object. Accepts what JSON.parse accepts, a byte order mark before it too. Refuses with
 * `too_complex` what is nested or numerous enough to hold up the event loop.
 */
export const scanMembers = (
  bytes: Uint8Array,
  nodesMax: number = BOUNDS.jsonNodesMax,
): readonly JsonMember[] | undefined => membersOf(scanOf(bytes, nodesMax, "caller"));

/**
 * The same for what an upstream said, or we stored of it: it may hold as many values as it likes within the bound on its
 * bytes, and long lists of numbers, as vectors are, are not read.
 */
export const scanTrusted = (bytes: Uint8Array): readonly JsonMember[] | undefined =>
  membersOf(scanOf(bytes, Number.MAX_SAFE_INTEGER, "upstream"));

/** The same for what is going to be parsed as a whole: everything is read, and where long values stand is noted. */
export const scanForParsing = (bytes: Uint8Array): readonly JsonMember[] | undefined =>
  membersOf(scanOf(bytes, Number.MAX_SAFE_INTEGER, "parsed"));

const scanOf = (bytes: Uint8Array, nodesMax: number, source: Source): Scan => ({
  bytes,
  words: undefined,
  source,
  nodesMax,
  nodes: 0,
  depth: 0,
  longValues: undefined,
});

function membersOf(scan: Scan): readonly JsonMember[] | undefined {
  const { bytes } = scan;
  const members: JsonMember[] = [];
  const start = skipSpace(bytes, markLength(bytes));
  const isObject = bytes[start] === OPEN_BRACE;
  const end = isObject ? skipObject(scan, start, members) : skipValue(scan, start);
  if (!isObject || end === MALFORMED || skipSpace(bytes, end) < bytes.length) return undefined;
  return members;
}

/** Gives the offset after a value, or `MALFORMED`. */
function skipValue(scan: Scan, start: number): number {
  const { bytes } = scan;
  const first = bytes[start];
  if (first === QUOTE) return skipText(scan, start);
  if (first === OPEN_BRACE) return skipObject(scan, start);
  if (first === OPEN_BRACKET) return skipArray(scan, start);
  return beginsNumber(first) ? skipNumber(scan, start) : endOfWord(bytes, start);
}

function skipText(scan: Scan, start: number): number {
  const end = endOfString(scan, start);
  if (end - start >= LONG_TEXT_BYTES && scan.source !== "upstream") noteLong(scan, { start, end });
  return end;
}

/** Images, most of all: JSON.parse looks at each byte of them. */
const LONG_TEXT_BYTES = 65_536;

const beginsNumber = (byte: number | undefined) =>
  byte === MINUS || (byte !== undefined && byte >= 0x30 && byte <= 0x39);

function skipNumber(scan: Scan, start: number): number {
  const { bytes, source } = scan;
  const { jsonNumberCharsMax } = BOUNDS;
  const limit = source === "caller" ? start + jsonNumberCharsMax + 1 : undefined;
  const end = endOfNumber(bytes, start, limit);
  if (limit !== undefined && end >= limit)
    throw tooComplex(`has a number of more than ${jsonNumberCharsMax} characters`);
  if (source !== "upstream" && (end - start >= LONG_NUMBER || hasExponent(bytes, start, end)))
    noteLong(scan, { start, end });
  return end;
}

/** Every double holds a number of fewer characters, unless it has an exponent. */
export const LONG_NUMBER = 16;

function hasExponent(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start + 1; at < end; at++) if (((bytes[at] ?? 0) | 0x20) === LETTER_E) return true;
  return false;
}

function noteLong(scan: Scan, span: Span): void {
  scan.longValues ??= [];
  scan.longValues.push(span);
}

/** `members` collects those of the outermost object only. */
function skipObject(scan: Scan, start: number, members?: JsonMember[]): number {
  const { bytes } = scan;
  deepen(scan);
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_BRACE) return endOf(scan, at);
  for (let fields = 1; bytes[at] === QUOTE; fields++) {
    const keyEnd = endOfString(scan, at);
    const valueStart = behindColon(bytes, keyEnd);
    const valueEnd = skipValue(scan, valueStart);
    if (valueEnd === MALFORMED) return MALFORMED;
    if (members) addMember(scan, members, { name: nameIn(bytes, at, keyEnd), keyStart: at, valueStart, valueEnd });
    spend(scan, fields);
    at = skipSpace(bytes, valueEnd);
    if (bytes[at] === CLOSE_BRACE) return endOf(scan, at);
    if (bytes[at] !== COMMA) return MALFORMED;
    at = skipSpace(bytes, at + 1);
  }
  return MALFORMED;
}

/** Gives where the value of a key begins, or `MALFORMED`, where no value does. */
function behindColon(bytes: Uint8Array, keyEnd: number): number {
  const colon = keyEnd === MALFORMED ? keyEnd : skipSpace(bytes, keyEnd);
  return bytes[colon] === COLON ? skipSpace(bytes, colon + 1) : MALFORMED;
}

function addMember(
  scan: Scan,
  members: JsonMember[],
  { name, keyStart, valueStart, valueEnd }: Omit<JsonMember, "longValues">,
): void {
  members.push({ name, keyStart, valueStart, valueEnd, longValues: scan.longValues });
  scan.longValues = undefined;
}

function skipArray(scan: Scan, start: number): number {
  const { bytes, source } = scan;
  deepen(scan);
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_BRACKET) return endOf(scan, at);
  if (source === "upstream" && beginsNumber(bytes[at])) at = lastOfNumbers(bytes, at);
  while (at < bytes.length) {
    const valueEnd = skipValue(scan, at);
    if (valueEnd === MALFORMED) return MALFORMED;
    spend(scan);
    at = skipSpace(bytes, valueEnd);
    if (bytes[at] === CLOSE_BRACKET) return endOf(scan, at);
    if (bytes[at] !== COMMA) return MALFORMED;
    at = skipSpace(bytes, at + 1);
  }
  return MALFORMED;
}

/** Shorter lists are read. */
const LONG_LIST_BYTES = 64;

/** What lists in lists, texts and objects begin or end with, and what Python writes for a number that is none. */
const NO_NUMBERS = Array.from(Buffer.from('["{}<NI'));

/** Gives where the last element of a long list of numbers begins; the same place where something else stands among them. */
function lastOfNumbers(bytes: Uint8Array, start: number): number {
  for (let at = start; at < start + LONG_LIST_BYTES; at++) if (bytes[at] === CLOSE_BRACKET) return start;
  const rest = bufferOf(bytes).subarray(start);
  const list = rest.subarray(0, Math.max(0, rest.indexOf(CLOSE_BRACKET)));
  const isPlain = !NO_NUMBERS.some((byte) => list.includes(byte));
  return isPlain ? skipSpace(bytes, start + list.lastIndexOf(COMMA) + 1) : start;
}

/** Gives the elements of a trusted list one after the other, each when it is asked for; it ends where they do or are no JSON. */
export function* elementsAt(bytes: Uint8Array, list: number): Generator<Span> {
  const scan = scanOf(bytes, Number.MAX_SAFE_INTEGER, "upstream");
  for (let at = list; bytes[at] === OPEN_BRACKET || bytes[at] === COMMA; ) {
    const start = skipSpace(bytes, at + 1);
    const end = skipValue(scan, start);
    if (end === MALFORMED) return;
    yield { start, end };
    at = skipSpace(bytes, end);
  }
}

function deepen(scan: Scan): void {
  scan.depth++;
  if (scan.depth > BOUNDS.jsonDepthMax) throw tooComplex(`is nested deeper than ${BOUNDS.jsonDepthMax} levels`);
}

function endOf(scan: Scan, bracket: number): number {
  scan.depth--;
  return bracket + 1;
}

function spend(scan: Scan, fields = 0): void {
  if (fields > BOUNDS.jsonMembersMax && scan.source === "caller")
    throw tooComplex(`has an object of more than ${BOUNDS.jsonMembersMax} fields`);
  if (++scan.nodes > scan.nodesMax) throw tooComplex(`has more than ${scan.nodesMax} values`);
}

const tooComplex = (what: string) => new AppError("too_complex", `The JSON body ${what}.`);

/** A byte order mark is a character like any other, as a Buffer has it. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Decodes a range of UTF-8 bytes. */
export function textOf(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return Buffer.isBuffer(bytes) ? bytes.toString("utf8", start, end) : decoder.decode(bytes.subarray(start, end));
}

/** Parses the value of one member; nothing for an absent one. */
export function parseMember(bytes: Uint8Array, member: JsonMember | undefined): unknown {
  if (member === undefined) return undefined;
  // Most of what is asked for is a flag, a name or a small number: those need no parser.
  switch (bytes[member.valueStart]) {
    case LETTER_T:
      return true;
    case LETTER_F:
      return false;
    case LETTER_N:
      return null;
    case QUOTE:
      return stringIn(bytes, member.valueStart, member.valueEnd);
    case OPEN_BRACE:
    case OPEN_BRACKET:
      return JSON.parse(textOf(bytes, member.valueStart, member.valueEnd));
    default:
      return Number(textOf(bytes, member.valueStart, member.valueEnd));
  }
}

/** Decodes a string, given with its quotes. */
export function stringIn(bytes: Uint8Array, start: number, end: number): string {
  const raw = textOf(bytes, start + 1, end - 1);
  return raw.includes("\\") ? JSON.parse(textOf(bytes, start, end)) : raw;
}

const nameIn = createNames(stringIn);

const LETTER_F = 0x66;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;

/** Gives the member of a name: the last one, as JSON.parse would. */
export function memberOf(members: readonly JsonMember[], name: string): JsonMember | undefined {
  for (let at = members.length - 1; at >= 0; at--) if (members[at]?.name === name) return members[at];
  return undefined;
}

/** True for a member that is an array; says nothing of what is in it. */
export const isArray = (bytes: Uint8Array, member: JsonMember | undefined): boolean =>
  member !== undefined && bytes[member.valueStart] === OPEN_BRACKET;

/** True for an array with nothing in it. */
export const isEmptyArray = (bytes: Uint8Array, member: JsonMember): boolean =>
  skipSpace(bytes, member.valueStart + 1) === member.valueEnd - 1;
