import { expect, test } from "vitest";
import { createIssueThrottle } from "./issue-throttle.ts";

test("429: thirty tokens a minute and user, and then it says how long to wait", () => {
  let nowMs = 0;
  const throttle = createIssueThrottle(() => nowMs);
  const take = (userId: string) => () => throttle.take(userId);
  for (let time = 0; time < 30; time++) take("a")();
  nowMs = 45_000;
  expect(take("a")).toThrow(expect.objectContaining({ code: "rate_limited", retryAfterS: 15 }));
  expect(take("b")).not.toThrow();
  nowMs = 60_000;
  expect(take("a")).not.toThrow();
});
