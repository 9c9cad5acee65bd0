import { afterEach, expect, it } from "vitest";
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
