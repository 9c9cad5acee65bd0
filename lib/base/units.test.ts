import fc from "fast-check";
import { expect, it } from "vitest";
import { costOf, nanoUsd, pricePerMTok, tokens } from "./units.ts";

/** The sum in integers without bound: what the cost is by definition. */
function exactly(lines: readonly (readonly [number, bigint])[], flat: bigint): bigint {
  const sum = lines.reduce((total, [count, price]) => total + BigInt(count) * price, 0n);
  return (sum + 999_999n) / 1_000_000n + flat;
}

const line = fc.tuple(
  fc.oneof(fc.nat(100_000), fc.nat(Number.MAX_SAFE_INTEGER)),
  fc.oneof(fc.bigInt({ min: 0n, max: 100_000_000_000n }), fc.bigInt({ min: 0n, max: 10n ** 18n })),
);

it("a cost is exact and rounded up once, however large counts and prices are", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), fc.bigInt({ min: 0n, max: 10n ** 12n }), (lines, flat) => {
      const given = lines.map(([count, price]) => ({ count: tokens(count), price: pricePerMTok(price) }));
      expect(costOf(given, nanoUsd(flat))).toBe(exactly(lines, flat));
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  [0, 1n, 0n],
  [1, 1n, 1n],
  [1_000_000, 1n, 1n],
  [1_000_001, 1n, 2n],
  [1, 9_007_199_254_740_991n, 9_007_199_255n],
  [1, 9_007_199_254_740_992n, 9_007_199_255n],
  [1, 9_007_199_255_000_001n, 9_007_199_256n],
])("%d tokens at %d nano-dollars a million cost %d", (count, price, cost) => {
  expect(costOf([{ count: tokens(count), price: pricePerMTok(price) }])).toBe(cost);
});
