import { expect, it } from "vitest";
import { endOfString, isPlain, MALFORMED, skipSpace } from "./json-tokens.ts";

/** Where a long string ends, at each of four places in memory. */
function endsAt(text: string): number[] {
  return [0, 1, 2, 3].map((shift) => {
    const memory = Buffer.alloc(Buffer.byteLength(text) + shift);
    memory.write(text, shift);
    return endOfString({ bytes: memory.subarray(shift), words: undefined }, 0);
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

/** Around where it is looked at by words, and by runs: the first of them and the next. */
const LENGTHS = [1_080, 66_620, 132_160].flatMap((length) => Array.from({ length: 12 }, (_, more) => length + more));

it("a very long string ends at its first quote too, and not at one that is escaped", () => {
  for (const length of LENGTHS) {
    const text = `"${"x".repeat(length)}\\""`;
    expect(endsAt(`${text} and "more"`)).toEqual(everywhere(text.length));
    expect(endsAt(text)).toEqual(everywhere(text.length));
    expect(endsAt(`"${"x".repeat(length)}"`)).toEqual(everywhere(length + 2));
  }
});

it.each(["\u0000", "\u001f", "\\x"])("a very long string is none with %j or without an end", (wrong) => {
  for (const length of LENGTHS) {
    for (const rest of ['"', `${"x".repeat(70_000)}"`])
      expect(endsAt(`"${"x".repeat(length)}${wrong}${rest}`)).toEqual(everywhere(MALFORMED));
    expect(endsAt(`"${"x".repeat(length)}`)).toEqual(everywhere(MALFORMED));
  }
});

it("what may stand between quotes as it is", () => {
  for (const length of [3, 80, ...LENGTHS]) {
    expect(isPlain(Buffer.from(`${"x".repeat(length)}€`))).toBe(true);
    for (const wrong of ['"', "\\", "\n"]) expect(isPlain(Buffer.from(`${"x".repeat(length)}${wrong}xx`))).toBe(false);
  }
});

it("a long string is none with a control character, a wrong escape or no end", () => {
  for (const wrong of ["\u0000", "\u001f", "\n", "\\x", "\\u00g0", "\\"])
    for (let length = 510; length < 520; length++)
      expect(endsAt(`"${"x".repeat(length)}${wrong}${"x".repeat(9)}`)).toEqual(everywhere(MALFORMED));
  expect(endsAt(`"${"x".repeat(1_000)}`)).toEqual(everywhere(MALFORMED));
});

it("space ends where it ends, however much there is and wherever it lies in memory", () => {
  for (const length of [0, 1, 63, 64, 65, 66, 67, 200, 10_001]) {
    for (const kinds of [" ", "\n", " \t\r\n", "\n  "]) {
      const space = kinds.repeat(length).slice(0, length);
      for (const rest of ["", "x", "\u0000", "\u000b  ", "\u00a0"]) {
        for (const shift of [0, 1, 2, 3]) {
          const memory = Buffer.from(`${"x".repeat(shift)}${space}${rest}`);
          expect(skipSpace(memory.subarray(shift), 0)).toBe(length);
        }
      }
    }
  }
});
