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

it("so is the end of one, as an image is that of its URL", () => {
  const image = "iVBORw0K".repeat(10_000);
  const known = [`"data:image/png;base64,${image}"`, `"\\u0064ata:image/png;base64,${image}"`].map(quotedOf);
  const written = jsonBytes({ first: image, second: image, third: `${image}=` }, LARGE, known);
  expect(Buffer.from(written).toString()).toBe(`{"first":"${image}","second":"${image}","third":"${image}="}`);
});

const quotedOf = (text: string) => ({ text: String(JSON.parse(text)), quoted: Buffer.from(text) });

it("a long text that was read is written as it was read", () => {
  const known = ["\\u0041", "é", '\\"'].map((one) => quotedOf(`"${one}${"x".repeat(70_000)}"`));
  const [first, second, third] = known.map(({ text }) => text);
  const written = jsonBytes({ first, other: "y".repeat(70_000), third, again: first, second }, LARGE, known);
  expect(Buffer.from(written).toString()).toBe(
    `{"first":${known[0]?.quoted},"other":"${"y".repeat(70_000)}","third":${known[2]?.quoted},` +
      `"again":${JSON.stringify(first)},"second":${JSON.stringify(second)}}`,
  );
});

it("whatever was read before, what is written is the value", () => {
  const unit = fc.constantFrom("", "é", "😀", '\\"', "\\n", "\\ud83d", "\\u0041");
  const long = fc.tuple(unit, fc.nat(60_000)).map(([one, at]) => {
    const plain = "A7".repeat(35_000);
    return quotedOf(`"${plain.slice(0, at)}${one}${plain.slice(at)}"`);
  });
  const given = fc.array(long, { maxLength: 6 }).chain((known) => {
    const ends = known.map(({ text }) => text.slice(-66_000));
    const one = fc.constantFrom("short", "B".repeat(70_000), ...known.map(({ text }) => text), ...ends);
    return fc.record({ known: fc.constant(known), texts: fc.array(one, { maxLength: 6 }) });
  });
  fc.assert(
    fc.property(given, ({ known, texts }) => {
      const written = Buffer.from(jsonBytes({ texts }, LARGE, known)).toString();
      expect(JSON.parse(written)).toEqual({ texts });
    }),
    { numRuns: 200 },
  );
});
