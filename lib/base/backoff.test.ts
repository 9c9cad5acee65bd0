import { expect, it } from "vitest";
import { afterDeath, type Backoff, NO_DEATHS } from "./backoff.ts";

const deaths = (count: number, livedMs: number): Backoff =>
  count === 0 ? NO_DEATHS : afterDeath(deaths(count - 1, livedMs), livedMs);

it("waits 0.2 s after the first death and doubles up to ten seconds", () => {
  expect([1, 2, 3, 6, 7, 20].map((count) => deaths(count, 0).delayMs)).toEqual([200, 400, 800, 6_400, 10_000, 10_000]);
});

it("begins again after half a minute of life", () => {
  expect(afterDeath(deaths(9, 0), 30_000)).toEqual({ deaths: 1, delayMs: 200 });
});
