/** The tokens of JSON (RFC 8259) in UTF-8 bytes. Each function takes where a token begins and gives the offset after it. */

/** No offset: what stands there is no token. */
export const MALFORMED = -1;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (byte > 0x20) return at;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
  return at;
}

const SHORT_BYTES = 64;

export function endOfString(bytes: Uint8Array, start: number): number {
  const shortEnd = Math.min(bytes.length, start + SHORT_BYTES);
  let at = start + 1;
  while (at < shortEnd) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) return MALFORMED;
    if (byte === BACKSLASH) {
      at = endOfEscape(bytes, at);
      if (at === MALFORMED) return MALFORMED;
    } else at++;
  }
  return endOfLongString(bytes, at);
}

/** The rest of a long string, plain text four bytes at a time: images are megabytes of base64. */
function endOfLongString(bytes: Uint8Array, start: number): number {
  const words = new Int32Array(bytes.buffer, 0, (bytes.byteOffset + bytes.length) >> 2);
  let at = start;
  while (at < bytes.length) {
    at = skipPlainWords(words, bytes.byteOffset, at);
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === undefined || byte < 0x20) return MALFORMED;
    at = byte === BACKSLASH ? endOfEscape(bytes, at) : at + 1;
    if (at === MALFORMED) return MALFORMED;
  }
  return MALFORMED;
}

/** Words lie where the memory has them, and so at every fourth byte of the whole buffer. */
function skipPlainWords(words: Int32Array, shift: number, start: number): number {
  if (((start + shift) & 3) !== 0) return start;
  let at = (start + shift) >> 2;
  while (at < words.length && !hasMarked(words[at] ?? 0)) at++;
  return at * 4 - shift;
}

/** One bit of each byte of a word, and a byte in each of its places. */
const HIGH_BITS = 0x80808080;
const ONES = 0x01010101;
const SPACES = 0x20202020;
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;

/** Whether a quote, a backslash or a control character is among four bytes: one that is below another borrows from its own high bit. */
function hasMarked(word: number): boolean {
  const quotes = word ^ QUOTES;
  const backslashes = word ^ BACKSLASHES;
  const marks = ((word - SPACES) & ~word) | ((quotes - ONES) & ~quotes) | ((backslashes - ONES) & ~backslashes);
  return (marks & HIGH_BITS) !== 0;
}

/** `"`, `\`, `/`, b, f, n, r, t */
const ESCAPED: ReadonlySet<number | undefined> = new Set([0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]);
const LETTER_U = 0x75;

function endOfEscape(bytes: Uint8Array, start: number): number {
  const letter = bytes[start + 1];
  if (letter !== LETTER_U) return ESCAPED.has(letter) ? start + 2 : MALFORMED;
  for (let at = start + 2; at < start + 6; at++) if (!isHexDigit(bytes[at])) return MALFORMED;
  return start + 6;
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;

const isHexDigit = (byte: number | undefined) =>
  isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const LETTER_E = 0x65;

export function endOfNumber(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start;
  if (bytes[at] === ZERO) at++;
  else at = endOfDigits(bytes, at);
  if (at !== MALFORMED && bytes[at] === POINT) at = endOfDigits(bytes, at + 1);
  if (at === MALFORMED || ((bytes[at] ?? 0) | 0x20) !== LETTER_E) return at;
  const sign = bytes[at + 1];
  return endOfDigits(bytes, sign === PLUS || sign === MINUS ? at + 2 : at + 1);
}

/** At least one digit. */
function endOfDigits(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isDigit(bytes[at])) at++;
  return at === start ? MALFORMED : at;
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
