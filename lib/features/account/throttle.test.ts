import { expect, test } from "vitest";
import { AppError } from "#lib/base/errors";
import { createThrottle } from "./throttle.ts";

const LIMIT = 10;
const WINDOW_MS = 900_000;

function refusalOf(attempt: () => void): AppError | undefined {
  try {
    attempt();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
}

test("429: an account is guarded after its tries, and says when to come back", () => {
  let nowMs = 0;
  const throttle = createThrottle(() => nowMs);
  const attempt = () => throttle.take(["sign-in/account", "ada"]);
  for (let count = 0; count < LIMIT; count++) attempt();
  nowMs = 60_000;
  expect(refusalOf(attempt)).toMatchObject({ code: "rate_limited", retryAfterS: (WINDOW_MS - 60_000) / 1_000 });
  throttle.take(["sign-in/account", "grace"]);
  nowMs = WINDOW_MS;
  expect(refusalOf(attempt)).toBeUndefined();
});

test("a right password gives the account its tries back", () => {
  const throttle = createThrottle(() => 0);
  for (let count = 0; count < LIMIT; count++) throttle.take(["sign-in/account", "ada"]);
  throttle.clear("sign-in/account", "ada");
  throttle.take(["sign-in/account", "ada"]);
});

test("429: the address and the whole door are counted apart from the account", () => {
  const throttle = createThrottle(() => 0);
  const attempt = (count: number) =>
    throttle.take(["sign-in/ip", "192.0.2.1"], ["sign-in/all", ""], ["sign-in/account", `account ${count}`]);
  const refused = Array.from({ length: 100 }, (_, count) => refusalOf(() => attempt(count)));
  expect(refused.findIndex((refusal) => refusal !== undefined)).toBe(60);
});
