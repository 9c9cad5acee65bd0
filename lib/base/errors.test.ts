import { expect, test, vi } from "vitest";
import { AppError, toAppError } from "./errors.ts";

test("an AppError of another bundle stays what it is, with its code and its seconds", async () => {
  vi.resetModules();
  const elsewhere = await import("./errors.ts");
  const thrown = new elsewhere.AppError("rate_limited", "Too many tries.", { retryAfterS: 900 });
  expect(thrown).not.toBeInstanceOf(AppError);
  expect(toAppError(thrown)).toBe(thrown);
  expect(toAppError(thrown)).toMatchObject({ code: "rate_limited", status: 429, retryAfterS: 900 });
});

test("what only looks like one is internal, its cause kept", () => {
  const unknown = Object.assign(new Error("no such code"), { name: "AppError", code: "toString" });
  for (const thrown of [unknown, new Error("plain"), { name: "AppError", code: "not_found" }, "text"])
    expect(toAppError(thrown)).toMatchObject({ code: "internal", cause: thrown });
});
