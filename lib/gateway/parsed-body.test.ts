import fc from "fast-check";
import { expect, it } from "vitest";
import { BOUNDS } from "./bounds.ts";
import { parseExact } from "./json-exact.ts";
import { scanMembers } from "./json-scan.ts";
import { parsedBody } from "./parsed-body.ts";

const parsed = (text: string) => {
  const bytes = Buffer.from(text);
  return parsedBody({ bytes, members: scanMembers(bytes) ?? [] });
};

/** Puts numbers as a caller may write them in the places of strings that name them. */
const NUMBERS = [
  "12345678901234567890",
  "0.30000000000000000001",
  "1e400",
  "-0.0",
  "1.0",
  "1E2",
  "0.1",
  "-1e-400",
  "1.23456789e-320",
  "-0e9",
];
const written = (value: unknown) =>
  JSON.stringify(value).replace(/(?<!\\)"#(\d)"(?!:)/g, (_, at) => NUMBERS[Number(at)] ?? "0");

it("gives every number back as it was written, wherever it stands", () => {
  const number = fc.nat(NUMBERS.length - 1).map((at) => `#${at}`);
  const name = fc.oneof(fc.string(), fc.constantFrom("__proto__", "0", "length", "1e999"));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthIdentifier: "value" },
      fc.jsonValue({ maxDepth: 2 }),
      number,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(name, tie("value"), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 5 }), (object) => {
      const text = written(object);
      expect(JSON.stringify(parsed(text))).toBe(JSON.stringify(parseExact(text)));
    }),
    { numRuns: 500 },
  );
});

it("gives every long text back, whatever it holds and wherever it stands", () => {
  const unit = fc.constantFrom("", "é", "城", "😀", '\\"', "\\\\", "\\n", "\\ud83d", "\\u57ce", "[1e999,0]", "\u2028");
  const text = fc.tuple(unit, fc.nat(70_000), fc.integer({ min: 65_500, max: 70_000 })).map(([one, at, length]) => {
    const plain = "A7".repeat(length / 2);
    return `"${plain.slice(0, at)}${one}${plain.slice(at)}"`;
  });
  const value = fc.oneof(
    text,
    fc.constantFrom(...NUMBERS),
    fc.array(text, { maxLength: 2 }).map((texts) => `[${texts.join(", ")}]`),
    fc.tuple(text, text).map(([left, right]) => `{"__proto__":${left},"0":${right}}`),
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4 }), (values) => {
      const body = `{${values.map((one, at) => `"${at}a" : ${one}`).join(",")}}`;
      expect(JSON.stringify(parsed(body))).toBe(JSON.stringify(parseExact(body)));
    }),
    { numRuns: 200 },
  );
});

it("is parsed once", () => {
  const bytes = Buffer.from('{"a":1}');
  const members = scanMembers(bytes) ?? [];
  expect(parsedBody({ bytes, members })).toBe(parsedBody({ bytes, members }));
});

it("400: more long numbers than can be kept in one turn", () => {
  const list = (count: number) => `{"a":[${Array.from({ length: count }, () => "0.30000000000000000001").join(",")}]}`;
  expect(parsed(list(BOUNDS.longNumbersMax))).toHaveProperty("a.length", BOUNDS.longNumbersMax);
  const doubles = `{"a":[${Array.from({ length: 3 * BOUNDS.longNumbersMax }, (_, at) => at / 7).join(",")}]}`;
  expect(parsed(doubles)).toHaveProperty("a.length", 3 * BOUNDS.longNumbersMax);
  expect(() => parsed(list(BOUNDS.longNumbersMax + 1))).toThrow(expect.objectContaining({ code: "too_complex" }));
});
