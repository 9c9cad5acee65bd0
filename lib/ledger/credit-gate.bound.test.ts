import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { nanoUsd } from "#lib/base/units";
import { type CreditGate, openCreditGate } from "./credit-gate.ts";

const ORGS_MAX = 20_000;

let nowMs: number;
let gate: CreditGate;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  nowMs = 0;
  const read = async (orgIds: readonly string[]) => new Map(orgIds.map((orgId) => [orgId, 100n]));
  gate = openCreditGate(
    read,
    () => nowMs,
    () => nowMs,
  );
});
afterEach(() => {
  gate.close();
  vi.useRealTimers();
});

const reserve = (orgId: string, amount: bigint) => gate.reserve(orgId, nanoUsd(amount));
async function hold(orgId: string, amount: bigint) {
  const decision = await reserve(orgId, amount);
  if (!decision.held) throw new Error(`not held: ${decision.reason}`);
  return decision.hold;
}
async function refresh() {
  nowMs += 1_000;
  await vi.advanceTimersByTimeAsync(1_000);
}
const forEachOther = async (count: number, visit: (orgId: string) => Promise<unknown>) => {
  for (let at = 0; at < count; at++) await visit(`other-${at}`);
};

it("remembers what a running call holds, however many others come by", async () => {
  await hold("org", 100n);
  await forEachOther(ORGS_MAX - 1, async (orgId) => (await hold(orgId, 1n)).settle(nanoUsd(0n)));
  await refresh();
  await forEachOther(ORGS_MAX + 1, (orgId) => hold(`again-${orgId}`, 0n).catch(() => undefined));
  expect(await reserve("org", 1n)).toEqual({ held: false, reason: "no-money" });
});

it("remembers a call that holds nothing until what it cost is read", async () => {
  const free = await hold("org", 0n);
  await refresh();
  await forEachOther(ORGS_MAX - 1, async (orgId) => (await hold(orgId, 0n)).settle(nanoUsd(0n)));
  await refresh();
  await forEachOther(ORGS_MAX + 1, (orgId) => hold(`again-${orgId}`, 0n).catch(() => undefined));
  free.settle(nanoUsd(100n));
  expect(await reserve("org", 1n)).toEqual({ held: false, reason: "no-money" });
});

it("refuses a further organisation for the moment while as many as it can remember are in use", async () => {
  const first = await hold("first", 1n);
  await forEachOther(ORGS_MAX - 1, (orgId) => hold(orgId, 1n));
  expect(await reserve("one more", 1n)).toEqual({ held: false, reason: "no-database" });
  expect(await reserve("first", 1n)).toMatchObject({ held: true });
  await refresh();
  expect(await reserve("one more", 1n)).toEqual({ held: false, reason: "no-database" });
  first.settle(nanoUsd(1n));
  expect(await reserve("one more", 1n)).toEqual({ held: false, reason: "no-database" });
});

it("has room again once a call has settled and its cost was read", async () => {
  const first = await hold("first", 1n);
  await forEachOther(ORGS_MAX - 1, (orgId) => hold(orgId, 1n));
  first.settle(nanoUsd(1n));
  await refresh();
  await refresh();
  expect(await reserve("one more", 1n)).toMatchObject({ held: true });
});
