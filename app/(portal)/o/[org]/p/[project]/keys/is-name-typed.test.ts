import { expect, test } from "vitest";
import { isNameTyped } from "./is-name-typed.ts";

test("a name is typed when it is typed as the page shows it", () => {
  expect(isNameTyped("a b  c", "a b c")).toBe(true);
  expect(isNameTyped("a\u00a0b\tc", " a b c ")).toBe(true);
  expect(isNameTyped("pro\u200bduction", "production")).toBe(true);
  expect(isNameTyped("cafe\u0301", "caf\u00e9")).toBe(true);
});

test("another name, or a part of it, is not the name", () => {
  for (const typed of ["", "prod", "Production", "produc tion"]) expect(isNameTyped("production", typed)).toBe(false);
});
