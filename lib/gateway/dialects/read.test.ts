import { expect, it } from "vitest";
import { parseExact } from "../json-exact.ts";
import { defined, numberIn, objectIn, requireNumber } from "./read.ts";

it("what is undefined is dropped, what is null or false was said, in its order", () => {
  expect(Object.entries(defined({ a: undefined, b: null, c: false, d: undefined, e: 0 }))).toEqual([
    ["b", null],
    ["c", false],
    ["e", 0],
  ]);
});

it("a field that a caller names __proto__ stays a field, and changes nothing else", () => {
  const written = defined(JSON.parse('{"__proto__":{"isAdmin":true},"a":1}'));
  expect(JSON.stringify(written)).toBe('{"__proto__":{"isAdmin":true},"a":1}');
  expect(Object.getPrototypeOf(written)).toBe(Object.prototype);
  expect("isAdmin" in written).toBe(false);
});

it.each(["0.30000000000000000001", "1.5e0000000000000001", "20000000000000000"])(
  "a number that is kept as its text is the nearest double: %s",
  (text) => {
    const { value } = objectIn(parseExact(`{"value":${text}}`)) ?? {};
    expect(numberIn(value)).toBe(Number(text));
    expect(requireNumber(value, "value")).toBe(Number(text));
  },
);

it.each([["1e999"], ["null"], ['"1"'], ['{"rawJSON":"1"}'], ["[1]"]])("400: what is no number: %s", (text) => {
  const { value } = objectIn(parseExact(`{"value":${text}}`)) ?? {};
  expect(numberIn(value)).toBeUndefined();
  expect(() => requireNumber(value, "value")).toThrow(expect.objectContaining({ code: "invalid_field" }));
});
