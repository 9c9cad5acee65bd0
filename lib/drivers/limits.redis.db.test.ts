import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Log } from "#lib/platform/log";
import { openRedis } from "#lib/platform/redis";
import { callerOf } from "#tests/support/gateway";
import { type RedisServer, startRedis } from "#tests/support/redis";
import { shareOf } from "./limits.bucket.ts";
import { openRedisLimits, type SharedLimits } from "./limits.redis.ts";

const PROCESSES = 2;
/** What a process admits of a key before it has heard of it, by its limit. */
const CREDIT = 16;
const CREDIT_OF_240 = 30;
/** A bucket fills while the test takes from it. */
const SLACK = 3;
/** Shorter than a call takes to come back at any limit used here for exhausting. */
const QUIET_MS = 150;

let redis: RedisServer;
let opened: SharedLimits[] = [];
let told: string[] = [];
beforeEach(async () => {
  redis = await startRedis();
  told = [];
});
afterEach(async () => {
  await Promise.all(opened.map((limits) => limits.close()));
  opened = [];
  redis.resume();
  await redis.stop();
});

const log: Log = { error: () => undefined, warn: (text) => told.push(text), info: (text) => told.push(text) };

async function openProcess(requestsPerMinute: number, process: number): Promise<SharedLimits> {
  const share = shareOf(requestsPerMinute, PROCESSES, process);
  const monotonic = () => performance.now();
  const limits = openRedisLimits({ requestsPerMinute, share, sharers: PROCESSES, redisUrl: redis.url, monotonic, log });
  opened.push(limits);
  await until(() => limits.isShared());
  return limits;
}

const openBoth = (requestsPerMinute: number) =>
  Promise.all([openProcess(requestsPerMinute, 1), openProcess(requestsPerMinute, 2)]);

async function until(claim: () => boolean): Promise<void> {
  const untilMs = performance.now() + 10_000;
  while (!claim()) {
    if (performance.now() > untilMs) throw new Error("it did not come");
    await sleep(5);
  }
}

const key = (id: string) => callerOf({ credentialId: id });

/** So many calls in turn, with time between them for what happens behind. Gives how many were let through. */
async function call(limits: SharedLimits, id: string, count: number): Promise<number> {
  let admitted = 0;
  for (let number = 0; number < count; number++) {
    if (limits.take(key(id)).allowed) admitted++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return admitted;
}

/** Calls until nothing has been let through for a while, and gives how many were. */
async function exhaust(limits: SharedLimits, id: string): Promise<number> {
  let admitted = 0;
  let quietSinceMs = performance.now();
  while (performance.now() - quietSinceMs < QUIET_MS) {
    const count = await call(limits, id, 20);
    if (count > 0) quietSinceMs = performance.now();
    admitted += count;
  }
  return admitted;
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

describe("a limit that two processes share", () => {
  it("lets through as many calls as one process would, and at most the stated credit more", async () => {
    const both = await openBoth(240);
    const admitted = sum(await Promise.all(both.map((limits) => exhaust(limits, "a"))));
    expect(admitted).toBeGreaterThanOrEqual(240);
    expect(admitted).toBeLessThanOrEqual(240 + PROCESSES * CREDIT_OF_240 + SLACK);
  });

  it("is one process's alone while the other has no calls", async () => {
    const [first] = await openBoth(240);
    const admitted = await exhaust(first, "a");
    expect(admitted).toBeGreaterThanOrEqual(238);
    expect(admitted).toBeLessThanOrEqual(240 + CREDIT_OF_240 + SLACK);
  });

  it("admits a first burst at a process that has not heard of the key", async () => {
    const [first] = await openBoth(240);
    const decisions = Array.from({ length: CREDIT_OF_240 }, () => first.take(key("a")).allowed);
    expect(decisions).toEqual(Array(CREDIT_OF_240).fill(true));
  });

  it("lets a process that meets an exhausted key overshoot by the credit once, and pays it back", async () => {
    const [first, second] = await openBoth(120);
    await exhaust(first, "a");
    const burst = Array.from({ length: 100 }, () => second.take(key("a")).allowed).filter(Boolean).length;
    expect(burst).toBeLessThanOrEqual(CREDIT);
    // Two calls come back every second: so long nobody is let through.
    await until(() => {
      const decision = second.take(key("a"));
      return !decision.allowed && decision.retryAfterS >= Math.floor((burst - 1) / 2);
    });
  });

  it("counts every key by itself", async () => {
    const both = await openBoth(60);
    for (const id of ["a", "b"]) {
      const admitted = sum(await Promise.all(both.map((limits) => exhaust(limits, id))));
      expect(admitted).toBeGreaterThanOrEqual(60);
      expect(admitted).toBeLessThanOrEqual(60 + PROCESSES * CREDIT + SLACK);
    }
  });

  it("gives permits that nobody used back, so that another process can have them", async () => {
    const [first, second] = await openBoth(60);
    await call(first, "a", 5);
    await sleep(2_000);
    const admitted = await exhaust(second, "a");
    // Two more come back in those seconds.
    expect(5 + admitted).toBeGreaterThanOrEqual(60);
  });
});

describe("while Redis is away", () => {
  it("killed: each process keeps to its share at once, says so once, and shares again when it is back", async () => {
    const [first, second] = await openBoth(100);
    await redis.kill();
    await until(() => !first.isShared() && !second.isShared());
    expect(await call(first, "a", 500)).toBe(50);
    expect(await call(second, "a", 500)).toBe(50);
    expect(told).toEqual(Array(PROCESSES).fill("rate limits are local: Redis does not answer"));
    await redis.start();
    await until(() => first.isShared() && second.isShared());
    expect(told.slice(PROCESSES)).toEqual(Array(PROCESSES).fill("rate limits are shared again"));
    expect(first.losses()).toBe(1);
  }, 30_000);

  it("what was admitted meanwhile is counted when it is back", async () => {
    const [first, second] = await openBoth(100);
    await redis.kill();
    await until(() => !first.isShared() && !second.isShared());
    await call(first, "a", 500);
    await redis.start();
    await until(() => first.isShared() && second.isShared());
    await call(first, "a", 10);
    await sleep(50);
    // Half was used before; the rest and what came back in some seconds is left.
    expect(await exhaust(second, "a")).toBeLessThanOrEqual(50 + CREDIT + 10);
  }, 30_000);

  it("stalled: no call is refused that the share allows, and limits become local", async () => {
    // Its credit bears a burst that falls into the wait for Redis.
    const [first] = await openBoth(20_000);
    expect(await call(first, "a", 200)).toBe(200);
    redis.pause();
    expect(await call(first, "a", 200)).toBe(200);
    await until(() => {
      first.take(key("a"));
      return !first.isShared();
    });
    expect(await call(first, "a", 1_000)).toBe(1_000);
    redis.resume();
    await until(() => first.isShared());
    expect(await call(first, "a", 200)).toBe(200);
  }, 30_000);

  it("absent from the start: limits are local and nothing waits", async () => {
    await redis.kill();
    const monotonic = () => performance.now();
    const limits = openRedisLimits({
      requestsPerMinute: 100,
      share: 50,
      sharers: PROCESSES,
      redisUrl: redis.url,
      monotonic,
      log,
    });
    opened.push(limits);
    expect(await call(limits, "a", 500)).toBe(50);
    await until(() => told.length === 1);
    await redis.start();
    await until(() => limits.isShared());
  }, 30_000);
});

it("set back in its time: what was written ahead of it holds nobody up for longer than a bucket and its debt", async () => {
  const limits = await openProcess(240, 1);
  const client = openRedis(redis.url);
  client.on("error", () => undefined);
  await until(() => client.status === "ready");
  await client.set("switchyard:limit:busy", Date.now() + 20 * 60_000);
  const aheadMs = async () => {
    limits.take(key("busy"));
    return Number(await client.get("switchyard:limit:busy")) - Date.now();
  };
  await expect.poll(aheadMs, { timeout: 5_000, interval: 20 }).toBeLessThan(121_000);
  await client.quit();
});

it("emptied under load: the limit starts anew, nothing fails, and it stays shared", async () => {
  const both = await openBoth(240);
  const before = sum(await Promise.all(both.map((limits) => exhaust(limits, "a"))));
  await redis.flush();
  // A process that was told when to come back does not ask before.
  let first = 0;
  for (const limits of both) await until(() => limits.take(key("a")).allowed && ++first > 0);
  const after = first + sum(await Promise.all(both.map((limits) => exhaust(limits, "a"))));
  expect(before).toBeLessThanOrEqual(240 + PROCESSES * CREDIT_OF_240 + SLACK);
  expect(after).toBeGreaterThanOrEqual(235);
  expect(after).toBeLessThanOrEqual(240 + PROCESSES * CREDIT_OF_240 + SLACK);
  expect(both.every((limits) => limits.isShared() && limits.losses() === 0)).toBe(true);
});
