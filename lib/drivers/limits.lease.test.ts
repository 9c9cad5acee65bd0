import { describe, expect, it } from "vitest";
import { createRules, endDraw, isLow, loseTouch } from "./limits.lease.ts";

const rules = createRules({ requestsPerMinute: 100, share: 50, sharers: 2 });

const admitted = (lease: ReturnType<typeof rules.open>, count: number, nowMs: number) =>
  Array.from({ length: count }, () => rules.take(lease, nowMs)).filter((one) => one.allowed).length;

describe("a lease of permits", () => {
  it("before anything was heard gives a credit, and tells it with the next draw", () => {
    const lease = rules.open(0);
    expect(admitted(lease, 100, 0)).toBe(16);
    expect(rules.beginDraw(lease, 0).taken).toBe(16);
    // Told, but not answered yet: no second credit.
    expect(admitted(lease, 100, 0)).toBe(0);
  });

  it("never gives more credit than the process's share", () => {
    const small = createRules({ requestsPerMinute: 6, share: 3, sharers: 2 });
    const lease = small.open(0);
    expect(Array.from({ length: 10 }, () => small.take(lease, 0)).filter((one) => one.allowed)).toHaveLength(3);
  });

  it("spends its permits first, and once empty believes in its part of what was left", () => {
    const lease = rules.open(0);
    rules.beginDraw(lease, 0);
    endDraw(lease, { granted: 3, remaining: 5, waitMs: 0 }, 1);
    expect(admitted(lease, 100, 2)).toBe(3 + 2);
    expect(rules.beginDraw(lease, 2).taken).toBe(2);
  });

  it("refuses until the bucket has a call again, without asking", () => {
    const lease = rules.open(0);
    rules.beginDraw(lease, 0);
    endDraw(lease, { granted: 0, remaining: 0, waitMs: 2_500 }, 10);
    expect(rules.take(lease, 10)).toEqual({ allowed: false, limit: 100, retryAfterS: 3 });
    expect(isLow(lease, 2_000)).toBe(false);
    expect(isLow(lease, 2_510)).toBe(true);
  });

  it("draws more, the faster it is used, and no more than its part of the limit", () => {
    const fast = createRules({ requestsPerMinute: 60_000, share: 30_000, sharers: 2 });
    const lease = fast.open(0);
    for (let call = 0; call < 100; call++) fast.take(lease, 100);
    expect(fast.beginDraw(lease, 100).wanted).toBe(250);
    for (let call = 0; call < 1_400; call++) fast.take(lease, 200);
    endDraw(lease, { granted: 250, remaining: 50_000, waitMs: 0 }, 200);
    for (let call = 0; call < 100_000; call++) fast.take(lease, 200);
    expect(fast.beginDraw(lease, 200).wanted).toBeLessThanOrEqual(7_500);
  });

  it("gives unused permits back", () => {
    const lease = rules.open(0);
    rules.beginDraw(lease, 0);
    endDraw(lease, { granted: 4, remaining: 96, waitMs: 0 }, 0);
    rules.take(lease, 0);
    expect(rules.beginReturn(lease)).toEqual({ taken: -3, wanted: 0 });
    expect(lease.permits).toBe(0);
  });

  it("out of touch goes by the share, and afterwards tells no more than what has not come back by then", () => {
    const lease = rules.open(0);
    const own = (count: number, nowMs: number) =>
      Array.from({ length: count }, () => rules.takeOwn(lease, nowMs)).filter((one) => one.allowed).length;
    loseTouch(lease);
    expect(own(100, 0)).toBe(50);
    expect(own(100, 60_000)).toBe(50);
    expect(rules.take(lease, 90_000).allowed).toBe(true);
    // Half of the share has come back in half a minute; the call just now is credit.
    expect(rules.beginDraw(lease, 90_000).taken).toBe(26 + 1);
  });
});
