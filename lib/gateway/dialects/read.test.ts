import { expect, it } from "vitest";
import { defined } from "./read.ts";

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
