import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BOUNDS } from "./bounds.ts";
import { elementsAt, scanMembers, scanTrusted, textOf } from "./json-scan.ts";

it("text is the same of any kind of bytes, a byte order mark in it too", () => {
  const text = "\ufeff{} \ufeff é";
  expect(textOf(Buffer.from(text))).toBe(text);
  expect(textOf(new TextEncoder().encode(text))).toBe(text);
});

const tooComplex = expect.objectContaining({ code: "too_complex" });
const membersOf = (count: number) =>
  Buffer.from(`{${Array.from({ length: count }, (_, at) => `"\\u0061${at}":1`).join(",")}}`);

it("an object of a caller's has a bound on its fields, an upstream's has none", () => {
  expect(scanMembers(membersOf(BOUNDS.jsonMembersMax))).toHaveLength(BOUNDS.jsonMembersMax);
  expect(() => scanMembers(membersOf(BOUNDS.jsonMembersMax + 1))).toThrow(tooComplex);
  const inner = Buffer.concat([Buffer.from('{"a":'), membersOf(BOUNDS.jsonMembersMax + 1), Buffer.from("}")]);
  expect(() => scanMembers(inner)).toThrow(tooComplex);
  expect(scanTrusted(membersOf(BOUNDS.jsonMembersMax + 1))).toHaveLength(BOUNDS.jsonMembersMax + 1);
});

describe("a caller's number", () => {
  const digits = (count: number) => "7".repeat(count);
  const shapes: [string, (count: number) => string][] = [
    ["whole", digits],
    ["a fraction", (count) => `0.${digits(count - 2)}`],
    ["two halves", (count) => `-${digits(count - 100)}.${digits(98)}`],
    ["with an exponent", (count) => `1e-${digits(count - 3)}`],
  ];
  it.each(shapes)("has a bound on its characters, %s", (_, numberOf) => {
    const bodyOf = (count: number) => Buffer.from(`{"a":[${numberOf(count)}]}`);
    expect(scanMembers(bodyOf(BOUNDS.jsonNumberCharsMax))).toHaveLength(1);
    for (const more of [1, 2, 3, 99, 100, 1_000])
      expect(() => scanMembers(bodyOf(BOUNDS.jsonNumberCharsMax + more))).toThrow(tooComplex);
  });

  it("is noted with its field where a double may not hold it", () => {
    const bytes = Buffer.from(
      '{"a":1,"b":{"c":[12345678901234567890,0.5,{"d":1e400}]},"e":"1234567890123456","f":-1E5}',
    );
    const noted = scanMembers(bytes)?.map(({ name, longValues }) => [
      name,
      longValues?.map(({ start, end }) => textOf(bytes, start, end)),
    ]);
    expect(noted).toEqual([
      ["a", undefined],
      ["b", ["12345678901234567890", "1e400"]],
      ["e", undefined],
      ["f", ["-1E5"]],
    ]);
  });
});

const spans = (bytes: Uint8Array, scan: typeof scanTrusted) =>
  scan(bytes)?.map(({ name, keyStart, valueStart, valueEnd }) => [name, keyStart, valueStart, valueEnd]);

it("an upstream's lists of numbers are passed without being read, and all else is found where it is", () => {
  const many = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 20, maxLength: 60 });
  const element = fc.oneof(many, fc.array(many, { maxLength: 3 }), fc.jsonValue(), fc.constantFrom("]", '[1,"]', "}"));
  const mixed = fc.tuple(many, fc.array(element, { maxLength: 3 })).map(([numbers, others]) => [...numbers, ...others]);
  const value = fc.dictionary(fc.string(), fc.oneof(element, mixed));
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1), (object, indent) => {
      const bytes = Buffer.from(JSON.stringify(object, null, indent));
      expect(spans(bytes, scanTrusted)).toEqual(spans(bytes, scanMembers));
    }),
    { numRuns: 1_000 },
  );
});

it.each(["NaN", "-Infinity", "Infinity", "[1]]", "} ", "<html>"])(
  "an upstream's numbers with %s among them are no JSON",
  (word) => {
    const numbers = "0.125,".repeat(100);
    expect(scanTrusted(Buffer.from(`{"a":[${numbers}${word},${numbers}1]}`))).toBeUndefined();
  },
);

it("the elements of a list are found one after the other", () => {
  const text = '{"a": [1 , "b]" ,[2],{"c":[3]}\n]}';
  const bytes = Buffer.from(text);
  const found = [...elementsAt(bytes, text.indexOf("["))].map(({ start, end }) => textOf(bytes, start, end));
  expect(found).toEqual(["1", '"b]"', "[2]", '{"c":[3]}']);
  expect([...elementsAt(Buffer.from("[]"), 0)]).toEqual([]);
});

it("an upstream's list that has no end is no JSON", () => {
  expect(scanTrusted(Buffer.from(`{"a":[${"0.125,".repeat(100)}`))).toBeUndefined();
  expect(scanTrusted(Buffer.from(`{"a":[${"0.125,".repeat(100)}]}`))).toBeUndefined();
});
