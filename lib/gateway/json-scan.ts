import { AppError } from "#lib/base/errors";
import { BOUNDS } from "./bounds.ts";

/** A member of the outermost object, with the byte offsets of its key and its value. */
export type JsonMember = {
  readonly name: string;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
};

type Budget = { nodes: number };

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Walks JSON bytes before they are parsed: gives the members of the outermost object, and refuses with `too_complex`
 * what is nested or numerous enough to hold up the event loop. Gives nothing where the bytes are not an object; it does
 * not judge the grammar inside values, JSON.parse does.
 */
export function scanMembers(bytes: Uint8Array): readonly JsonMember[] | undefined {
  const budget = { nodes: BOUNDS.jsonNodesMax };
  const members: JsonMember[] = [];
  let at = skipSpace(bytes, startOf(bytes));
  if (bytes[at] !== OPEN_BRACE) {
    skipContainer(bytes, at, budget);
    return undefined;
  }
  at = skipSpace(bytes, at + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = endOfString(bytes, at);
    const colon = skipSpace(bytes, keyEnd);
    if (bytes[colon] !== COLON) return undefined;
    const valueStart = skipSpace(bytes, colon + 1);
    const valueEnd = skipValue(bytes, valueStart, budget);
    members.push({ name: nameOf(bytes, at, keyEnd), keyStart: at, valueStart, valueEnd });
    spend(budget);
    at = skipSpace(bytes, valueEnd);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
    else return bytes[at] === CLOSE_BRACE ? members : undefined;
  }
  return members.length === 0 && bytes[at] === CLOSE_BRACE ? members : undefined;
}

function skipValue(bytes: Uint8Array, start: number, budget: Budget): number {
  const first = bytes[start];
  if (first === QUOTE) return endOfString(bytes, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipContainer(bytes, start, budget);
  let at = start;
  while (at < bytes.length && !endsScalar(bytes[at])) at++;
  return at;
}

function skipContainer(bytes: Uint8Array, start: number, budget: Budget): number {
  let depth = 0;
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      continue;
    }
    depth += stepOf(byte, depth, budget);
    at++;
    if (depth <= 0) return at;
  }
  return at;
}

/** Gives how a byte outside of strings changes the depth, and counts the values it separates. */
function stepOf(byte: number | undefined, depth: number, budget: Budget): number {
  switch (byte) {
    case OPEN_BRACE:
    case OPEN_BRACKET:
      if (depth + 1 >= BOUNDS.jsonDepthMax) throw tooComplex(`nested deeper than ${BOUNDS.jsonDepthMax} levels`);
      spend(budget);
      return 1;
    case COMMA:
      spend(budget);
      return 0;
    case CLOSE_BRACE:
    case CLOSE_BRACKET:
      return -1;
    default:
      return 0;
  }
}

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
  return at;
}

const endsScalar = (byte: number | undefined) =>
  byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || (byte !== undefined && byte <= 0x20);

const startOf = (bytes: Uint8Array) => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);

function nameOf(bytes: Uint8Array, start: number, end: number): string {
  const raw = textOf(bytes, start + 1, end - 1);
  if (!raw.includes("\\")) return raw;
  try {
    return JSON.parse(`"${raw}"`);
  } catch {
    return raw;
  }
}

function spend(budget: Budget): void {
  budget.nodes--;
  if (budget.nodes < 0) throw tooComplex(`has more than ${BOUNDS.jsonNodesMax} values`);
}

const tooComplex = (what: string) => new AppError("too_complex", `The JSON body ${what}.`);

const decoder = new TextDecoder();

/** Decodes a range of UTF-8 bytes. */
export function textOf(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return Buffer.isBuffer(bytes) ? bytes.toString("utf8", start, end) : decoder.decode(bytes.subarray(start, end));
}
