import { expect, test } from "vitest";
import type { Usage, UsageSums } from "./queries.ts";
import { amountOf, barsOf, modelsOf } from "./usage-bars.ts";

const sums = (requests: number): UsageSums => ({
  requests,
  errors: 1,
  inputTokens: 10,
  outputTokens: 5,
  costNano: "2500000000",
});

const usage: Usage = {
  from: "2026-11-23T08:15:00.000Z",
  to: "2026-11-23T11:15:00.000Z",
  bucketMinutes: 60,
  totals: { ...sums(7), latencyP95Ms: null },
  series: [
    { ...sums(4), bucket: "2026-11-23T08:15:00.000Z", model: "a" },
    { ...sums(2), bucket: "2026-11-23T10:15:00.000Z", model: "b" },
    { ...sums(1), bucket: "2026-11-23T10:15:00.000Z", model: "(other)" },
  ],
  rows: [
    { ...sums(4), model: "a", latencyP95Ms: 1 },
    { ...sums(2), model: "b", latencyP95Ms: 1 },
    { ...sums(1), model: "(other)", latencyP95Ms: 1 },
  ],
};

test("every stretch of the window has a bar, an empty one too", () => {
  const bars = barsOf(usage, modelsOf(usage, 5), "requests");
  expect(bars.map(({ values }) => values)).toEqual([{ a: 4 }, {}, { b: 2, "(other)": 1 }]);
  expect(bars[2]?.at.toISOString()).toBe("2026-11-23T10:15:00.000Z");
});

test("models beyond the colours are added up as one, and nothing is lost", () => {
  const models = modelsOf(usage, 1);
  expect(models).toEqual(["a", "(other)"]);
  expect(barsOf(usage, models, "requests").map(({ values }) => values)).toEqual([{ a: 4 }, {}, { "(other)": 3 }]);
});

test("tokens are both kinds, and money is dollars", () => {
  expect(amountOf(sums(1), "tokens")).toBe(15);
  expect(amountOf(sums(1), "cost")).toBe(2.5);
  expect(amountOf(sums(1), "errors")).toBe(1);
});
