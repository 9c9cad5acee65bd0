/** Pieces of JSON written straight into text: for records that every call writes, where nothing is built only to be written. */

/** Ids are ours: a UUID needs no escape. */
export const idText = (id: string | null) => (id === null ? "null" : `"${id}"`);

const QUOTED_MAX = 2_000;
const QUOTED_CHARS_MAX = 256;
const known = new Map<string, string>();

/** Writes a text as JSON. What was written before is remembered, up to a bound: names of endpoints, models, providers. */
export function quoted(text: string): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  const written = JSON.stringify(text);
  if (known.size < QUOTED_MAX && text.length <= QUOTED_CHARS_MAX) known.set(text, written);
  return written;
}

/** Text from a caller: PostgreSQL refuses U+0000 in text and lone surrogates in JSON. */
export const storable = (text: string) => (text.includes("\0") ? text.replaceAll("\0", "\uFFFD") : text).toWellFormed();
