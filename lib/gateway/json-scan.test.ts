import { expect, it } from "vitest";
import { textOf } from "./json-scan.ts";

it("text is the same of any kind of bytes, a byte order mark in it too", () => {
  const text = "\ufeff{} \ufeff é";
  expect(textOf(Buffer.from(text))).toBe(text);
  expect(textOf(new TextEncoder().encode(text))).toBe(text);
});
