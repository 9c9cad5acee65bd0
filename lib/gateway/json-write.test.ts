import fc from "fast-check";
import { expect, it } from "vitest";
import type { JsonObject } from "./conversation.ts";
import { objectIn } from "./dialects/read.ts";
import { parseExact } from "./json-exact.ts";
import { jsonBytes } from "./json-write.ts";

const LARGE = 2 ** 20;
const textOf = (value: JsonObject, sizeHint: number) => Buffer.from(jsonBytes(value, sizeHint)).toString("utf8");

it("a large value is written as JSON.stringify writes it, whatever its long texts hold", () => {
  const unit = fc.constantFrom("a", "é", "€", "😀", "\ud83d", '"', "\\", "\n", "\u0000", "\u007f", "\u2028");
  const long = fc.tuple(unit, fc.nat(70_000), fc.nat(3)).map(([one, at, more]) => {
    const text = "A7".repeat(35_000);
    return text.slice(0, at) + one + text.slice(at) + "x".repeat(more);
  });
  const value = fc.oneof(long, fc.constant("A7".repeat(40_000)), fc.jsonValue({ maxDepth: 2 }));
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.oneof(value, fc.array(value, { maxLength: 3 })), { maxKeys: 4 }),
      (given) => {
        const object: JsonObject = JSON.parse(JSON.stringify(given));
        expect(textOf(object, LARGE)).toBe(JSON.stringify(object));
      },
    ),
    { numRuns: 300 },
  );
});

it("numbers that are kept as their text are written so too", () => {
  const text = `{"id":12345678901234567890,"long":"${"x".repeat(100_000)}","b":[1e400]}`;
  const object = objectIn(parseExact(text)) ?? {};
  for (const sizeHint of [0, LARGE]) expect(textOf(object, sizeHint)).toBe(text);
});
