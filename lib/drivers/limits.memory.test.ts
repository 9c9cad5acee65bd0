import { describe, expect, it } from "vitest";
import { callerOf } from "#tests/support/gateway";
import { shareOf } from "./limits.bucket.ts";
import { openMemoryLimits } from "./limits.memory.ts";

function open(requestsPerMinute: number, share = requestsPerMinute) {
  const clock = { nowMs: 1_000 };
  const limits = openMemoryLimits({ requestsPerMinute, share, monotonic: () => clock.nowMs });
  const take = (id = "a") => limits.take(callerOf({ credentialId: id }));
  return {
    clock,
    take,
    admitted: (count: number) => Array.from({ length: count }, () => take()).filter((one) => one.allowed).length,
  };
}

describe("requests per minute in memory", () => {
  it("lets the whole allowance through at once, then says when the next call may come", () => {
    const { take, admitted } = open(60);
    expect(admitted(100)).toBe(60);
    expect(take()).toEqual({ allowed: false, limit: 60, retryAfterS: 1 });
  });

  it("comes back steadily, and never above the allowance", () => {
    const { clock, admitted } = open(60);
    admitted(60);
    clock.nowMs += 5_000;
    expect(admitted(100)).toBe(5);
    clock.nowMs += 10 * 60_000;
    expect(admitted(100)).toBe(60);
  });

  it("counts every credential by itself", () => {
    const { take } = open(1);
    expect([take("a").allowed, take("b").allowed, take("a").allowed]).toEqual([true, true, false]);
  });

  it("of a divided limit admits the share, and names the whole limit", () => {
    const { take, admitted } = open(100, 50);
    expect(take()).toMatchObject({ allowed: true, limit: 100, remaining: 49 });
    expect(admitted(100)).toBe(49);
  });
});

describe("the share of a limit", () => {
  it("adds up to the limit over all processes", () => {
    for (const [limit, processes] of [
      [100, 2],
      [101, 2],
      [7, 3],
      [60_000, 64],
    ] as const) {
      const shares = Array.from({ length: processes }, (_, index) => shareOf(limit, processes, index + 1));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(limit);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }
  });

  it("is one call at least", () => {
    expect([1, 2, 3].map((process) => shareOf(2, 3, process))).toEqual([1, 1, 1]);
  });
});
