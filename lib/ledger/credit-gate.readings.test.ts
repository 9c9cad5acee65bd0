import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nanoUsd } from "#lib/base/units";
import { type CreditGate, openCreditGate } from "./credit-gate.ts";

const ORG = "org";
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

type Reading = { readonly orgIds: readonly string[]; readonly answer: (available: bigint | Error) => Promise<unknown> };

let nowMs: number;
let recordedMs: number;
let readings: Reading[];
let gate: CreditGate;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
  nowMs = 10 * MINUTE;
  recordedMs = 0;
  readings = [];
  gate = openGate(() => recordedMs);
});
afterEach(() => {
  gate.close();
  vi.useRealTimers();
});

const openGate = (recordedUntilMs?: () => number) =>
  openCreditGate(read, () => nowMs, ...(recordedUntilMs ? [recordedUntilMs] : []));

function read(orgIds: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
  const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<string, bigint>>();
  const answer = (available: bigint | Error) => {
    if (available instanceof Error) reject(available);
    else resolve(new Map(orgIds.map((orgId) => [orgId, available])));
    return new Promise((done) => setImmediate(done));
  };
  readings.push({ orgIds, answer });
  return promise;
}

const away = new Error("away");
const answer = (available: bigint | Error) => readings.splice(0).at(-1)?.answer(available);
const reserve = (amount: bigint) => gate.reserve(ORG, nanoUsd(amount));
/** Reserves where the balance has to be read first, with what the reading gives. */
async function reserveReading(amount: bigint, available: bigint | Error) {
  const decision = reserve(amount);
  await answer(available);
  return decision;
}
async function holdOf(decision: ReturnType<typeof reserve>) {
  const decided = await decision;
  if (!decided.held) throw new Error(`not held: ${decided.reason}`);
  return decided.hold;
}
async function announce(available: bigint) {
  gate.forget(ORG);
  await answer(available);
}
async function pass(ms: number) {
  nowMs += ms;
  await vi.advanceTimersByTimeAsync(ms);
}

const NO_MONEY = { held: false, reason: "no-money" };
const NO_DATABASE = { held: false, reason: "no-database" };
const HELD = expect.objectContaining({ held: true });

describe("what running calls hold", () => {
  it("is given back by the call that held it before the database was away", async () => {
    const hold = await holdOf(reserveReading(60n, 100n));
    nowMs += MINUTE + 1;
    expect(await reserveReading(60n, 100n)).toEqual(NO_MONEY);
    hold.settle(nanoUsd(0n));
    expect(reserve(100n)).toEqual(HELD);
  });
});

describe("a settled cost", () => {
  const settled = async () => (await holdOf(reserveReading(100n, 100n))).settle(nanoUsd(100n));

  it("still counts when the balance is read ten times before its row is in the database", async () => {
    await settled();
    for (let times = 0; times < 10; times++) await announce(100n);
    expect(reserve(1n)).toEqual(NO_MONEY);
  });

  it("still counts when the database took no rows for an hour but could be read", async () => {
    await settled();
    for (let minutes = 0; minutes < 60; minutes++) {
      nowMs += MINUTE;
      await announce(100n);
    }
    expect(reserve(1n)).toEqual(NO_MONEY);
  });

  it("counts no longer once a reading began after its row was in the database", async () => {
    await settled();
    nowMs += SECOND;
    gate.forget(ORG);
    recordedMs = nowMs;
    await answer(100n);
    expect(reserve(1n)).toEqual(NO_MONEY);
    await announce(50n);
    expect(reserve(51n)).toEqual(NO_MONEY);
    expect(reserve(50n)).toEqual(HELD);
  });

  it("counts no longer than a moment beyond that: what is left can be spent at once", async () => {
    await settled();
    nowMs += 100;
    recordedMs = nowMs;
    await announce(50n);
    expect(reserve(50n)).toEqual(HELD);
  });

  it("counts for some seconds where nobody tells what is in the database", async () => {
    gate.close();
    gate = openGate();
    await settled();
    nowMs += 2 * SECOND;
    await announce(100n);
    expect(reserve(1n)).toEqual(NO_MONEY);
    nowMs += SECOND;
    await announce(100n);
    expect(reserve(100n)).toEqual(HELD);
  });
});

describe("a reading", () => {
  it("that was slow does not undo one that began after it in the same moment", async () => {
    (await holdOf(reserveReading(100n, 100n))).settle(nanoUsd(100n));
    await pass(SECOND);
    const [slow] = readings.splice(0);
    recordedMs = nowMs;
    await announce(0n);
    await slow?.answer(100n);
    expect(reserve(1n)).toEqual(NO_MONEY);
  });

  it("is as old as its asking, however long the answer took", async () => {
    const asked = reserve(1n);
    nowMs += MINUTE + 1;
    await answer(100n);
    expect(await asked).toEqual(NO_DATABASE);
  });

  it("is made again each second, of those in use", async () => {
    expect(await reserveReading(1n, 100n)).toEqual(HELD);
    await pass(SECOND);
    expect(readings.map(({ orgIds }) => orgIds)).toEqual([[ORG]]);
    await answer(0n);
    expect(reserve(1n)).toEqual(NO_MONEY);
  });

  it("of an announced organisation reads no other", async () => {
    expect(await reserveReading(1n, 100n)).toEqual(HELD);
    const other = gate.reserve("other", nanoUsd(1n));
    await answer(100n);
    expect(await other).toEqual(HELD);
    gate.forget(ORG);
    gate.forget("unknown");
    expect(readings.map(({ orgIds }) => orgIds)).toEqual([[ORG]]);
  });
});

describe("a balance that was not in use for more than a second", () => {
  const idle = async () => {
    (await holdOf(reserveReading(1n, 100n))).settle(nanoUsd(0n));
    await pass(SECOND);
    await answer(100n);
    nowMs += 2 * SECOND;
  };

  it("is read before it is spent from: another process may have spent it", async () => {
    await idle();
    expect(await reserveReading(1n, 0n)).toEqual(NO_MONEY);
  });

  it("is trusted as it was when the database does not answer at once", async () => {
    await idle();
    expect(await reserveReading(1n, away)).toEqual(HELD);
    gate.close();
    gate = openGate();
    await idle();
    const decision = reserve(100n);
    await vi.advanceTimersByTimeAsync(499);
    expect(await Promise.race([decision, "waits"])).toBe("waits");
    await vi.advanceTimersByTimeAsync(1);
    expect(await decision).toEqual(HELD);
  });
});
