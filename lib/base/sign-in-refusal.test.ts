import { expect, test } from "vitest";
import { readRefusal, refusalText } from "./sign-in-refusal.ts";

test("the seconds to wait travel with the code", () => {
  expect(readRefusal(refusalText({ code: "rate_limited", retryAfterS: 871 }))).toEqual({
    code: "rate_limited",
    retryAfterS: 871,
  });
});

test("a code alone stays a code alone", () => {
  expect(readRefusal(refusalText({ code: "invalid-credentials" }))).toEqual({ code: "invalid-credentials" });
});
