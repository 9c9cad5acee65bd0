import { expect, it } from "vitest";
import { createHeaderCheck } from "./header-check.ts";

it.each([
  ["x-id", "1"],
  ["X-Id", ""],
  ["!#$%&'*+-.^_`|~", "\t a\xa0\xff~"],
])("%j: %j is sound, each time", (name, value) => {
  const isSound = createHeaderCheck();
  expect([isSound(name, value), isSound(name, value)]).toEqual([true, true]);
});

it.each([
  ["", "1"],
  ["x id", "1"],
  ["x:id", "1"],
  ["x\r\n", "1"],
  ["é", "1"],
  ["x-id", "a\r\nb: c"],
  ["x-id", "a\nb"],
  ["x-id", "a\0"],
  ["x-id", "a\x7f"],
  ["x-id", "€"],
])("%j: %j is not, each time", (name, value) => {
  const isSound = createHeaderCheck();
  expect([isSound(name, value), isSound(name, value)]).toEqual([false, false]);
});

it("a name that was sound once says nothing of its next value, nor of another name", () => {
  const isSound = createHeaderCheck(new Set(["host"]));
  const given = [
    ["x-id", "1"],
    ["x-id", "a\r\nb: c"],
    ["x-id", "2"],
    ["host", "a"],
    ["HOST", "a"],
    ["host", "a"],
  ] as const;
  expect(given.map(([name, value]) => isSound(name, value))).toEqual([true, false, true, false, false, false]);
});

it("more names than are remembered are checked all the same", () => {
  const isSound = createHeaderCheck();
  for (let at = 0; at < 1_000; at++) expect(isSound(`x-${at}`, "1")).toBe(true);
  expect([isSound("x-999", "1"), isSound("x-999", "\n"), isSound("y", "\n")]).toEqual([true, false, false]);
});
