import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { nanoUsd } from "#lib/base/units";
import { openCreditGate } from "./credit-gate.ts";

const ORG = "org";
const RUNS = 1_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
});
afterEach(() => vi.useRealTimers());

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A gate, a wallet, the rows on their way to it, and a database that answers when and in what order it is told to. */
function openWorld() {
  const world = { nowMs: 5_000, wallet: 60n, held: 0n, spent: 0n, metered: 0n, isOverspent: false };
  const rows: { readonly cost: bigint; readonly atMs: number }[] = [];
  const holds: { readonly amount: bigint; readonly settle: (cost: ReturnType<typeof nanoUsd>) => void }[] = [];
  const readings: { seen?: bigint; readonly resolve: (available: bigint) => void; readonly fail: () => void }[] = [];
  const gate = openCreditGate(
    (orgIds) =>
      new Promise((resolve, reject) => {
        const answer = (available: bigint) => resolve(new Map(orgIds.map((orgId) => [orgId, available])));
        readings.push({ resolve: answer, fail: () => reject(new Error("away")) });
      }),
    () => world.nowMs,
    () => rows[0]?.atMs ?? world.nowMs,
  );
  const available = () => world.wallet - world.metered;
  const one = <T>(list: T[], at: number) => (list.length === 0 ? [] : list.splice(at % list.length, 1));
  const acts = {
    async reserve(size: number) {
      const amount = BigInt(size % 40);
      const asked = Promise.resolve(gate.reserve(ORG, nanoUsd(amount))).then((decision) => {
        if (!decision.held) return false;
        world.held += amount;
        holds.push({ amount, settle: decision.hold.settle });
        world.isOverspent ||= world.spent + world.held > world.wallet;
        return true;
      });
      await settled();
      return asked;
    },
    settle(at: number) {
      for (const { amount, settle } of one(holds, at)) {
        const cost = amount - (BigInt(at) % (amount + 1n));
        world.held -= amount;
        world.spent += cost;
        rows.push({ cost, atMs: world.nowMs });
        settle(nanoUsd(cost));
      }
    },
    flush(count: number) {
      for (const { cost } of rows.splice(0, count % 4)) world.metered += cost;
    },
    look(at: number) {
      const reading = readings[at % Math.max(1, readings.length)];
      if (reading) reading.seen ??= available();
    },
    answer(at: number) {
      for (const { resolve, seen } of one(readings, at)) resolve(seen ?? available());
    },
    fail(at: number) {
      for (const { fail } of one(readings, at)) fail();
    },
    notice: () => gate.forget(ORG),
    credit(size: number) {
      world.wallet += BigInt(size % 10);
    },
    pass(size: number) {
      const ms = (size % 16) ** 3;
      world.nowMs += ms;
      vi.advanceTimersByTime(Math.min(ms, 5_000));
    },
  };
  /** All calls end, all rows are written, all readings answer. */
  const calm = async () => {
    while (holds.length > 0) acts.settle(0);
    while (rows.length > 0) acts.flush(3);
    for (let round = 0; round < 3; round++) {
      acts.pass(15);
      while (readings.length > 0) acts.answer(0);
      await settled();
    }
  };
  return { acts, calm, free: available, isOverspent: () => world.isOverspent, close: gate.close };
}

const WEIGHTS = {
  reserve: 10,
  settle: 4,
  flush: 2,
  look: 3,
  answer: 8,
  fail: 1,
  notice: 2,
  credit: 1,
  pass: 2,
} as const;
type Name = keyof typeof WEIGHTS;
const NAMES = (Object.keys(WEIGHTS) as Name[]).flatMap((name) => Array.from({ length: WEIGHTS[name] }, () => name));
const steps = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.nat(10_000)), { minLength: 20, maxLength: 120 });

it("never lets more be held and spent than there is, and never keeps back what is free, whatever happens at once", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const world = openWorld();
      try {
        const asked: Promise<boolean>[] = [];
        for (const [name, at] of plan) {
          if (name === "reserve") asked.push(world.acts.reserve(at));
          else world.acts[name](at);
          await settled();
        }
        await world.calm();
        await Promise.all(asked);
        await world.calm();
        const { free } = world;
        for (let rest = free(); rest > 0n; rest -= 39n) {
          const wanted = world.acts.reserve(Number(rest < 39n ? rest : 39n));
          world.acts.answer(0);
          expect(await wanted).toBe(true);
        }
        const wanted = world.acts.reserve(1);
        world.acts.answer(0);
        expect(await wanted).toBe(false);
        expect(world.isOverspent()).toBe(false);
      } finally {
        world.close();
      }
    }),
    { numRuns: RUNS },
  );
});
