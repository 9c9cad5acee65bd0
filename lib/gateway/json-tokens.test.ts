import { expect, it } from "vitest";
import { endOfString, MALFORMED } from "./json-tokens.ts";

/** Where a long string ends, at each of four places in memory. */
function endsAt(text: string): number[] {
  return [0, 1, 2, 3].map((shift) => {
    const memory = Buffer.alloc(Buffer.byteLength(text) + shift);
    memory.write(text, shift);
    return endOfString(memory.subarray(shift), 0);
  });
}

const everywhere = (end: number) => Array(4).fill(end);

it("a long string ends at its first quote, wherever it lies in memory", () => {
  for (let length = 505; length < 525; length++)
    expect(endsAt(`"${"x".repeat(length)}" and "more"`)).toEqual(everywhere(length + 2));
  for (const plain of ["ÿ€😀", "!#[]", "\u007f\u0080", '\\n\\u0022\\\\\\"']) {
    const text = `"${plain.repeat(400)}"`;
    expect(endsAt(`${text},1`)).toEqual(everywhere(Buffer.byteLength(text)));
  }
});

it("a long string is none with a control character, a wrong escape or no end", () => {
  for (const wrong of ["\u0000", "\u001f", "\n", "\\x", "\\u00g0", "\\"])
    for (let length = 510; length < 520; length++)
      expect(endsAt(`"${"x".repeat(length)}${wrong}${"x".repeat(9)}`)).toEqual(everywhere(MALFORMED));
  expect(endsAt(`"${"x".repeat(1_000)}`)).toEqual(everywhere(MALFORMED));
});
