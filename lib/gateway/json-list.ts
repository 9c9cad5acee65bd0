import { type JsonMember, memberOf } from "./json-scan.ts";

const NOTHING = new Uint8Array(0);
const OPEN_BRACKET = 0x5b;
const OPEN = Buffer.from("[");
const CLOSE = Buffer.from("]");
const COMMA = Buffer.from(",");
const BLANKS: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Gives the bytes between the brackets of a list; none for an empty list or anything else. */
export function elementsOf(list: Uint8Array): Uint8Array {
  if (list[0] !== OPEN_BRACKET) return NOTHING;
  let start = 1;
  let end = list.length - 1;
  while (start < end && BLANKS.has(list[start])) start++;
  while (end > start && BLANKS.has(list[end - 1])) end--;
  return list.subarray(start, end);
}

/** The same for the list that a member of an object holds. */
export function elementsIn(bytes: Uint8Array, members: readonly JsonMember[], name: string): Uint8Array {
  const member = memberOf(members, name);
  return member ? elementsOf(bytes.subarray(member.valueStart, member.valueEnd)) : NOTHING;
}

/** Joins the elements of several lists to one list, every element as its bytes came. */
export function listOf(elements: readonly Uint8Array[]): Uint8Array {
  const filled = elements.filter(({ length }) => length > 0);
  return Buffer.concat([OPEN, ...filled.flatMap((one, at) => (at === 0 ? [one] : [COMMA, one])), CLOSE]);
}
