import { verify } from "@node-rs/argon2";
import { expect, test, vi } from "vitest";
import { hashPassword, passwordMatches } from "./password.ts";

vi.mock("@node-rs/argon2", { spy: true });

test("a password is stored as argon2id with 19 MiB, two passes and one lane", async () => {
  expect(await hashPassword("correct horse battery")).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test("only the password itself matches, and an account without one never does", async () => {
  const stored = await hashPassword("correct horse battery");
  expect(await passwordMatches(stored, "correct horse battery")).toBe(true);
  expect(await passwordMatches(stored, "correct horse batterz")).toBe(false);
  expect(await passwordMatches(null, "no account has this password")).toBe(false);
  expect(await passwordMatches(undefined, "no account has this password")).toBe(false);
});

test("an unknown account costs the same work as a wrong password: one whole verification", async () => {
  vi.mocked(verify).mockClear();
  await passwordMatches(null, "wrong password");
  expect(verify).toHaveBeenCalledTimes(1);
  expect(vi.mocked(verify).mock.calls[0]?.[0]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});
