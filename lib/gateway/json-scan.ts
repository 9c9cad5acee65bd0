import { AppError } from "#lib/base/errors";
import { BOUNDS } from "./bounds.ts";
import { endOfNumber, endOfString, endOfWord, MALFORMED, skipSpace } from "./json-tokens.ts";

/** A member of the outermost object, with the byte offsets of its key and its value. */
export type JsonMember = {
  readonly name: string;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
};

/** What one scan carries along. */
type Scan = { readonly bytes: Uint8Array; depth: number; nodesLeft: number };

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Reads JSON bytes (RFC 8259) without building anything of them: gives the members of the outermost object, or nothing
 * where the bytes are no JSON or no object. Accepts what JSON.parse accepts, a byte order mark before it too. Refuses with
 * `too_complex` what is nested or numerous enough to hold up the event loop.
 */
export function scanMembers(
  bytes: Uint8Array,
  nodesMax: number = BOUNDS.jsonNodesMax,
): readonly JsonMember[] | undefined {
  const scan: Scan = { bytes, depth: 0, nodesLeft: nodesMax };
  const members: JsonMember[] = [];
  const start = skipSpace(bytes, startOf(bytes));
  const isObject = bytes[start] === OPEN_BRACE;
  const end = isObject ? skipObject(scan, start, members) : skipValue(scan, start);
  if (!isObject || end === MALFORMED || skipSpace(bytes, end) < bytes.length) return undefined;
  return members;
}

/** Gives the offset after a value, or `MALFORMED`. */
function skipValue(scan: Scan, start: number): number {
  const { bytes } = scan;
  const first = bytes[start];
  if (first === QUOTE) return endOfString(bytes, start);
  if (first === OPEN_BRACE) return skipObject(scan, start);
  if (first === OPEN_BRACKET) return skipArray(scan, start);
  if (first === MINUS || (first !== undefined && first >= 0x30 && first <= 0x39)) return endOfNumber(bytes, start);
  return endOfWord(bytes, start);
}

/** `members` collects those of the outermost object only. */
function skipObject(scan: Scan, start: number, members?: JsonMember[]): number {
  const { bytes } = scan;
  deepen(scan);
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_BRACE) return endOf(scan, at);
  while (bytes[at] === QUOTE) {
    const keyStart = at;
    const keyEnd = endOfString(bytes, at);
    const colon = keyEnd === MALFORMED ? keyEnd : skipSpace(bytes, keyEnd);
    if (bytes[colon] !== COLON) return MALFORMED;
    const valueStart = skipSpace(bytes, colon + 1);
    const valueEnd = skipValue(scan, valueStart);
    if (valueEnd === MALFORMED) return MALFORMED;
    members?.push({ name: stringIn(bytes, keyStart, keyEnd), keyStart, valueStart, valueEnd });
    spend(scan);
    at = skipSpace(bytes, valueEnd);
    if (bytes[at] === CLOSE_BRACE) return endOf(scan, at);
    if (bytes[at] !== COMMA) return MALFORMED;
    at = skipSpace(bytes, at + 1);
  }
  return MALFORMED;
}

function skipArray(scan: Scan, start: number): number {
  const { bytes } = scan;
  deepen(scan);
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_BRACKET) return endOf(scan, at);
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

function deepen(scan: Scan): void {
  scan.depth++;
  if (scan.depth > BOUNDS.jsonDepthMax) throw tooComplex(`is nested deeper than ${BOUNDS.jsonDepthMax} levels`);
}

function endOf(scan: Scan, bracket: number): number {
  scan.depth--;
  return bracket + 1;
}

const startOf = (bytes: Uint8Array) => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);

function spend(scan: Scan): void {
  scan.nodesLeft--;
  if (scan.nodesLeft < 0) throw tooComplex(`has more than ${BOUNDS.jsonNodesMax} values`);
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
function stringIn(bytes: Uint8Array, start: number, end: number): string {
  const raw = textOf(bytes, start + 1, end - 1);
  return raw.includes("\\") ? JSON.parse(`"${raw}"`) : raw;
}

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
