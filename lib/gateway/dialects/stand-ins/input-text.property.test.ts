import fc from "fast-check";
import { expect, it } from "vitest";
import { argumentsOf, createInputReader, textOf } from "./input-text.ts";

/** JSON as models write it: also with blanks, escapes nobody needs, and line ends as they are. */
const written = fc
  .tuple(fc.string({ unit: "binary", maxLength: 60 }), fc.constantFrom("plain", "spaced", "escaped"))
  .map(([text, how]) => {
    const args = argumentsOf(text);
    if (how === "plain") return { text, args };
    if (how === "spaced") return { text, args: ` { "input" : ${JSON.stringify(text)} , "more": 1 } ` };
    const units = [...Array(text.length).keys()].map((at) => text.charCodeAt(at).toString(16).padStart(4, "0"));
    return { text, args: `{"input":"${units.map((unit) => `\\u${unit}`).join("")}"}` };
  });

const readIn = (pieces: readonly string[]) => {
  const reader = createInputReader();
  return pieces.map(reader.push).join("") + reader.end();
};

it("the text of arguments is the same whole and in any pieces", () => {
  fc.assert(
    fc.property(written, fc.array(fc.nat(80), { maxLength: 6 }), ({ text, args }, cuts) => {
      const at = [...new Set([0, ...cuts.map((cut) => Math.min(cut, args.length)), args.length])].sort((a, b) => a - b);
      const pieces = at.slice(1).map((end, index) => args.slice(at[index], end));
      expect(textOf(args)).toBe(text);
      expect(readIn(pieces)).toBe(text);
      expect(readIn([...args])).toBe(text);
    }),
    { numRuns: 1_000 },
  );
});

it("what is not such arguments is the text itself, whole and in any pieces", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 30 }), fc.json()), (args) => {
      expect(readIn([...args])).toBe(textOf(args));
    }),
    { numRuns: 1_000 },
  );
});
