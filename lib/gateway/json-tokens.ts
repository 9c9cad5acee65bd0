import { bufferOf } from "#lib/base/bytes";

/** The tokens of JSON (RFC 8259) in UTF-8 bytes. Each function takes where a token begins and gives the offset after it. */

/** No offset: what stands there is no token. */
export const MALFORMED = -1;

/** Bytes to be read, and the memory they are in as words of four: made when it is first needed, and once. */
export type Tape = { readonly bytes: Uint8Array; words: Int32Array | undefined };

const SPACE = 0x20;
const SPACES = Buffer.from(" \t\n\r");
const IS_SPACE = new Uint8Array(256);
/** The same for two bytes that follow each other. */
const ARE_SPACES = new Uint8Array(65_536);
for (const space of SPACES) {
  IS_SPACE[space] = 1;
  for (const next of SPACES) ARE_SPACES[(next << 8) | space] = 1;
}

const LONG_SPACE_BYTES = 64;

export function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (byte > SPACE || IS_SPACE[byte] === 0) return at;
    at++;
    if (at === start + LONG_SPACE_BYTES) return skipLongSpace(bytes, at);
  }
  return at;
}

/** Looks at two together: somebody may send megabytes of nothing else. */
function skipLongSpace(bytes: Uint8Array, start: number): number {
  const shift = bytes.byteOffset;
  if (IS_SPACE[bytes[start] ?? 0] === 0) return start;
  const pairs = new Uint16Array(bytes.buffer, 0, (shift + bytes.length) >> 1);
  let pair = (start + shift + 1) >> 1;
  while (pair < pairs.length && ARE_SPACES[pairs[pair] ?? 0] === 1) pair++;
  let at = pair * 2 - shift;
  while (at < bytes.length && IS_SPACE[bytes[at] ?? 0] === 1) at++;
  return at;
}

/** What a byte is to a string. */
const PLAIN = 0;
const QUOTE = 1;
const BACKSLASH = 2;
const CONTROL = 3;
const KINDS = new Uint8Array(256).fill(CONTROL, 0, 0x20);
KINDS[0x22] = QUOTE;
KINDS[0x5c] = BACKSLASH;

const STRIDE_BYTES = 64;

/** Most strings are names and words: they end before it is worth to look at more than a byte at a time. */
export function endOfString(tape: Tape, start: number): number {
  const { bytes } = tape;
  const near = Math.min(bytes.length, start + STRIDE_BYTES);
  for (let at = start + 1; at < near; at++) {
    const kind = KINDS[bytes[at] ?? 0];
    if (kind === QUOTE) return at + 1;
    if (kind !== PLAIN) return endOfLongString(tape, at);
  }
  return endOfLongString(tape, near);
}

/**
 * Looks at every byte for a stride, then at four together while all of them are plain, and at a whole run together where there
 * have been many: images are megabytes of base64.
 */
function endOfLongString(tape: Tape, start: number): number {
  const { bytes } = tape;
  let at = start;
  while (at < bytes.length) {
    const strideEnd = endOfStride(bytes, at);
    at = endOfContent(bytes, at, strideEnd);
    if (at < strideEnd) return KINDS[bytes[at] ?? 0] === QUOTE ? at + 1 : MALFORMED;
    tape.words ??= wordsOf(bytes);
    at = skipPlainWords(tape.words, bytes.byteOffset, at);
    if (at - strideEnd >= LONG_BYTES) at = skipPlainRuns(bytes, tape.words, at);
  }
  return MALFORMED;
}

const wordsOf = ({ buffer, byteOffset, length }: Uint8Array) => new Int32Array(buffer, 0, (byteOffset + length) >> 2);

/** True for bytes that may stand between the quotes of a string as they are. */
export function isPlain(bytes: Uint8Array): boolean {
  const words = wordsOf(bytes);
  for (let at = 0; at < bytes.length; ) {
    const strideEnd = endOfStride(bytes, at);
    for (; at < strideEnd; at++) if (KINDS[bytes[at] ?? 0] !== PLAIN) return false;
    at = Math.min(bytes.length, skipPlainWords(words, bytes.byteOffset, at));
    if (at - strideEnd >= LONG_BYTES) at = skipPlainRuns(bytes, words, at);
  }
  return true;
}

/** Stops at the closing quote, or at what may not stand in a string. */
function endOfContent(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const kind = KINDS[bytes[at] ?? 0];
    const length = kind === PLAIN ? 1 : kind === BACKSLASH ? escapeLength(bytes, at) : 0;
    if (length === 0) return at;
    at += length;
  }
  return at;
}

/** Ends where a word begins. */
const endOfStride = ({ length, byteOffset }: Uint8Array, start: number): number =>
  Math.min(length, ((start + byteOffset + STRIDE_BYTES) & ~3) - byteOffset);

/** Words lie where the memory has them, and so at every fourth byte of the whole buffer. */
function skipPlainWords(words: Int32Array, shift: number, start: number): number {
  if (((start + shift) & 3) !== 0) return start;
  let at = (start + shift) >> 2;
  const end = Math.min(words.length, at + LONG_BYTES / 4);
  while (at < end && !hasMarked(words[at] ?? 0)) at++;
  return at * 4 - shift;
}

/** After so many plain bytes the next ones are looked at in runs. */
const LONG_BYTES = 1_024;
const RUN_BYTES = 65_536;

/** Searches runs for what may end them, natively, and looks only for control characters itself; stops where a word may not be plain. */
function skipPlainRuns(bytes: Uint8Array, words: Int32Array, start: number): number {
  const shift = bytes.byteOffset;
  const buffer = bufferOf(bytes);
  let at = start;
  while (at < bytes.length) {
    const run = buffer.subarray(at, at + RUN_BYTES);
    const plain = firstOf(run, 0x5c, firstOf(run, 0x22, run.length));
    const end = (at + plain + shift) >> 2;
    const stop = skipUncontrolled(words, (at + shift) >> 2, end);
    at = stop * 4 - shift;
    if (stop < end || plain < RUN_BYTES) break;
  }
  return at;
}

function firstOf(run: Buffer, byte: number, limit: number): number {
  const at = run.subarray(0, limit).indexOf(byte);
  return at < 0 ? limit : at;
}

function skipUncontrolled(words: Int32Array, start: number, end: number): number {
  let at = start;
  while (at < end && !hasControl(words[at] ?? 0)) at++;
  return at;
}

/** One bit of each byte of a word, and a byte in each of its places. */
const HIGH_BITS = 0x80808080;
const ONES = 0x01010101;
const FOUR_SPACES = 0x20202020;
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;

/** Whether a quote, a backslash or a control character is among four bytes: one that is below another borrows from its own high bit. */
function hasMarked(word: number): boolean {
  const quotes = word ^ QUOTES;
  const backslashes = word ^ BACKSLASHES;
  const marks = ((word - FOUR_SPACES) & ~word) | ((quotes - ONES) & ~quotes) | ((backslashes - ONES) & ~backslashes);
  return (marks & HIGH_BITS) !== 0;
}

const hasControl = (word: number): boolean => ((word - FOUR_SPACES) & ~word & HIGH_BITS) !== 0;

const LETTER_U = 0x75;
const SHORT_ESCAPES = new Uint8Array(256);
for (const letter of Buffer.from('"\\/bfnrt')) SHORT_ESCAPES[letter] = 1;

/** Gives 0 for what is no escape. */
function escapeLength(bytes: Uint8Array, start: number): number {
  const letter = bytes[start + 1] ?? 0;
  if (SHORT_ESCAPES[letter] === 1) return 2;
  return letter === LETTER_U && isCode(bytes, start + 2) ? 6 : 0;
}

/** Without a branch for each digit. */
const isCode = (bytes: Uint8Array, at: number): boolean =>
  at + 4 <= bytes.length &&
  (hexAt(bytes, at) & hexAt(bytes, at + 1) & hexAt(bytes, at + 2) & hexAt(bytes, at + 3)) === 1;

const hexAt = (bytes: Uint8Array, at: number): number => IS_HEX[bytes[at] ?? 0] ?? 0;
const IS_HEX = new Uint8Array(256);
for (const digit of Buffer.from("0123456789abcdefABCDEF")) IS_HEX[digit] = 1;

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const LETTER_E = 0x65;

/** Looks at the digits as far as `limit`: a number that goes on there ends there. */
export function endOfNumber(bytes: Uint8Array, start: number, limit = bytes.length): number {
  let at = bytes[start] === MINUS ? start + 1 : start;
  if (bytes[at] === ZERO) at++;
  else at = endOfDigits(bytes, at, limit);
  if (at !== MALFORMED && bytes[at] === POINT) at = endOfDigits(bytes, at + 1, limit);
  if (at === MALFORMED || ((bytes[at] ?? 0) | 0x20) !== LETTER_E) return at;
  const sign = bytes[at + 1];
  return endOfDigits(bytes, sign === PLUS || sign === MINUS ? at + 2 : at + 1, limit);
}

/** At least one digit. */
function endOfDigits(bytes: Uint8Array, start: number, limit: number): number {
  if (!isDigit(bytes[start])) return MALFORMED;
  let at = start + 1;
  while (at < limit && isDigit(bytes[at])) at++;
  return at;
}

const WORDS = ["true", "false", "null"].map((word) => Buffer.from(word));

/** `true`, `false` or `null`. */
export function endOfWord(bytes: Uint8Array, start: number): number {
  for (const word of WORDS) {
    if (bytes[start] !== word[0]) continue;
    for (let at = 1; at < word.length; at++) if (bytes[start + at] !== word[at]) return MALFORMED;
    return start + word.length;
  }
  return MALFORMED;
}
