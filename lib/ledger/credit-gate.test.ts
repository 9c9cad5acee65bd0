import { afterEach, describe, expect, it } from "vitest";
import { nanoUsd } from "#lib/base/units";
import { type CreditGate, openCreditGate } from "./credit-gate.ts";

const ORG = "org";
let gate: CreditGate | undefined;
afterEach(() => gate?.close());

function gateWith(available: bigint, monotonic = () => 0): CreditGate {
  gate = openCreditGate(async () => new Map([[ORG, available]]), monotonic);
  return gate;
}

const reserve = async (amount: bigint) =>
  (await gate?.reserve(ORG, nanoUsd(amount))) ?? { held: false, reason: "none" };

it("admits while the credit covers what is held, and no further", async () => {
  gateWith(100n);
  expect(await reserve(60n)).toMatchObject({ held: true });
  expect(await reserve(40n)).toMatchObject({ held: true });
  expect(await reserve(1n)).toEqual({ held: false, reason: "no-money" });
});

it("gives back what was held and not spent, once", async () => {
  gateWith(100n);
  const first = await reserve(100n);
  if ("hold" in first) {
    first.hold.settle(nanoUsd(30n));
    first.hold.settle(nanoUsd(30n));
  }
  expect(await reserve(71n)).toEqual({ held: false, reason: "no-money" });
  expect(await reserve(70n)).toMatchObject({ held: true });
});

it("lets through what costs nothing, without any credit", async () => {
  gateWith(0n);
  expect(await reserve(0n)).toMatchObject({ held: true });
  expect(await reserve(1n)).toEqual({ held: false, reason: "no-money" });
});

it("refuses when the balance cannot be read, and when it was read too long ago and cannot be read again", async () => {
  let isDown = true;
  let nowMs = 0;
  gate = openCreditGate(
    async () => {
      if (isDown) throw new Error("down");
      return new Map([[ORG, 100n]]);
    },
    () => nowMs,
  );
  expect(await reserve(1n)).toEqual({ held: false, reason: "no-database" });
  isDown = false;
  expect(await reserve(1n)).toMatchObject({ held: true });
  isDown = true;
  nowMs = 61_000;
  expect(await reserve(1n)).toEqual({ held: false, reason: "no-database" });
});

describe("what is held and what has just been spent", () => {
  /** A gate whose database says 10, until it is told to be away; time stands until it is moved. */
  function stage() {
    const world = { nowMs: 0, isDown: false, available: 10n };
    gate = openCreditGate(
      async () => {
        if (world.isDown) throw new Error("down");
        return new Map([[ORG, world.available]]);
      },
      () => world.nowMs,
    );
    return world;
  }
  const heard = async () => {
    gate?.forget(ORG);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const spend = async (amount: bigint) => {
    const decision = await reserve(amount);
    if ("hold" in decision) decision.hold.settle(nanoUsd(amount));
  };

  it("stays held when no reading came for more than a minute", async () => {
    const world = stage();
    expect(await reserve(10n)).toMatchObject({ held: true });
    world.isDown = true;
    world.nowMs = 61_000;
    expect(await reserve(1n)).toEqual({ held: false, reason: "no-database" });
    world.isDown = false;
    expect(await reserve(1n)).toEqual({ held: false, reason: "no-money" });
  });

  it("stays spent when notices come all at once, until the rollups have had their time", async () => {
    const world = stage();
    await spend(10n);
    for (let notice = 0; notice < 5; notice++) await heard();
    expect(await reserve(1n)).toEqual({ held: false, reason: "no-money" });
    for (let round = 1; round <= 3; round++) {
      world.nowMs = round * 1_000;
      await heard();
    }
    expect(await reserve(10n)).toMatchObject({ held: true });
  });

  it("an old reading that comes late does not take the place of a newer one", async () => {
    const answers: ((available: bigint) => void)[] = [];
    let nowMs = 0;
    gate = openCreditGate(
      () => new Promise((resolve) => answers.push((available) => resolve(new Map([[ORG, available]])))),
      () => nowMs,
    );
    const first = reserve(1n);
    answers[0]?.(10n);
    expect(await first).toMatchObject({ held: true });
    await heard();
    nowMs = 5;
    await heard();
    answers[2]?.(2n);
    answers[1]?.(100n);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await reserve(2n)).toEqual({ held: false, reason: "no-money" });
  });

  it("is not forgotten for twenty thousand other organisations", async () => {
    gate = openCreditGate(
      async (orgIds) => new Map(orgIds.map((orgId) => [orgId, 10n])),
      () => 0,
    );
    expect(await reserve(10n)).toMatchObject({ held: true });
    for (let other = 0; other < 20_001; other++) await gate.reserve(`other-${other}`, nanoUsd(0n));
    await heard();
    expect(await reserve(1n)).toEqual({ held: false, reason: "no-money" });
  });
});
