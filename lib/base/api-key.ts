import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

export type KeyKind = "live" | "test" | "admin";

/** The parts of a well-formed key: `sk-sy-<kind>-<publicId><secret><crc>`. */
export type ParsedKey = { readonly kind: KeyKind; readonly publicId: string };

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PUBLIC_ID_CHARS = 12;
// 36 characters of base62 carry 214 bits; ASVS 6.5.2 asks for 112 before a fast hash may be stored.
const SECRET_CHARS = 36;
const CRC_CHARS = 6;
const BODY_CHARS = PUBLIC_ID_CHARS + SECRET_CHARS + CRC_CHARS;
const PATTERN = new RegExp(`^sk-sy-(live|test|admin)-([0-9A-Za-z]{${BODY_CHARS}})$`);

/** Mints a key. The secret is shown once; `publicId` and `last4` may be stored and shown. */
export function mintKey(kind: KeyKind): { secret: string; publicId: string; last4: string } {
  const publicId = randomText(PUBLIC_ID_CHARS);
  const unchecked = `sk-sy-${kind}-${publicId}${randomText(SECRET_CHARS)}`;
  const secret = unchecked + checksumOf(unchecked);
  return { secret, publicId, last4: secret.slice(-4) };
}

/** Reads a presented credential without any look-up: shape and CRC-32 must hold. Gives nothing otherwise. */
export function parseKey(text: string): ParsedKey | undefined {
  const match = PATTERN.exec(text);
  if (!match) return undefined;
  const [, kind, body] = match;
  if (body === undefined || checksumOf(text.slice(0, -CRC_CHARS)) !== text.slice(-CRC_CHARS)) return undefined;
  return { kind: kind as KeyKind, publicId: body.slice(0, PUBLIC_ID_CHARS) };
}

function checksumOf(text: string): string {
  let value = crc32(text);
  let digits = "";
  for (let place = 0; place < CRC_CHARS; place++) {
    digits = ALPHABET.charAt(value % 62) + digits;
    value = Math.floor(value / 62);
  }
  return digits;
}

// Rejection sampling: 248 is the largest multiple of 62 below 256, so every character is equally likely.
function randomText(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < 248 && text.length < length) text += ALPHABET.charAt(byte % 62);
    }
  }
  return text;
}
