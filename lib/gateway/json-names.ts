/** Decodes a string, given with its quotes. */
type Decode = (bytes: Uint8Array, start: number, end: number) => string;

const PLACES = 256;
const NAME_BYTES_MAX = 40;

/**
 * Decodes names of fields. Nearly all are among the same few dozen: one that was seen before is known by its bytes, at a small
 * part of what it costs to decode them.
 */
export function createNames(decode: Decode): Decode {
  const seen: string[] = Array(PLACES).fill("");
  return (bytes, start, end) => {
    const length = end - start - 2;
    if (length < 1 || length > NAME_BYTES_MAX) return decode(bytes, start, end);
    const place = ((bytes[start + 1] ?? 0) * 7 + (bytes[end - 2] ?? 0) * 31 + length) % PLACES;
    const known = seen[place] ?? "";
    if (known.length === length && isWritten(known, bytes, start + 1)) return known;
    const name = decode(bytes, start, end);
    // With as many characters as bytes it is ASCII, and nothing in it is escaped.
    if (name.length === length) seen[place] = name;
    return name;
  };
}

function isWritten(name: string, bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < name.length; at++) if (name.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}
