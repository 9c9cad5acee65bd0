import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "#lib/gateway/ports";
import { callerOf } from "#tests/support/gateway";
import { type CallerMemory, createCallerMemory, type Found } from "./caller-memory.ts";

const SECOND = 1_000;
const caller = callerOf();
const found = (given: Partial<Found> = {}): Found => ({
  caller,
  expiresAtMs: Number.POSITIVE_INFINITY,
  names: ["key", "org", "user"],
  ...given,
});

let nowMs: number;
let readings: { readonly presented: string; readonly settle: (result: Found | undefined | Error) => void }[];
let isRefused: (presented: string) => boolean;
let memory: CallerMemory;

beforeEach(() => {
  nowMs = 1_000_000;
  readings = [];
  isRefused = () => false;
  memory = createCallerMemory({
    clock: { now: () => nowMs, monotonic: () => nowMs },
    read(presented) {
      if (isRefused(presented)) return null;
      return new Promise((resolve, reject) => {
        const settle = (result: Found | undefined | Error) =>
          result instanceof Error ? reject(result) : resolve(result);
        readings.push({ presented, settle });
      });
    },
  });
});

const answer = async (asked: ReturnType<CallerMemory["find"]>, result: Found | undefined | Error) => {
  readings.at(-1)?.settle(result);
  return asked;
};
/** Gives what a reading that was started behind a request has to end with. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const learn = (given?: Partial<Found>) => answer(memory.find("a"), found(given));

describe("a credential that was seen", () => {
  test("is served from memory, and after three seconds read anew behind its requests", async () => {
    await learn();
    nowMs += 3 * SECOND;
    expect(memory.find("a")).toBe(caller);
    expect(readings).toHaveLength(1);
    nowMs += 1;
    expect(memory.find("a")).toBe(caller);
    expect(memory.find("a")).toBe(caller);
    expect(readings).toHaveLength(2);
  });

  test("is refused at once when that reading found nothing", async () => {
    await learn();
    nowMs += 3.1 * SECOND;
    void memory.find("a");
    readings.at(-1)?.settle(undefined);
    await settled();
    expect(memory.find("a")).toBeNull();
  });

  test("is never served unread when it is older than four and a half seconds", async () => {
    await learn();
    nowMs += 4.6 * SECOND;
    expect(await answer(memory.find("a"), undefined)).toBeNull();
  });

  test("is as old as the asking, however long the answer took", async () => {
    const asked = memory.find("a");
    nowMs += 4.6 * SECOND;
    await answer(asked, found());
    expect(await answer(memory.find("a"), undefined)).toBeNull();
    expect(readings).toHaveLength(2);
  });

  test("is served for a minute while the database is away, and then 503", async () => {
    await learn();
    nowMs += 60 * SECOND;
    expect(await answer(memory.find("a"), new Error("away"))).toBe(caller);
    nowMs += 1;
    await expect(answer(memory.find("a"), new Error("away"))).rejects.toMatchObject({ code: "not_ready" });
  });

  test("is not served past its end, though it may have been given a later one", async () => {
    await learn({ expiresAtMs: nowMs + SECOND });
    nowMs += SECOND;
    expect(await answer(memory.find("a"), found({ expiresAtMs: nowMs + SECOND }))).toBe(caller);
    nowMs += SECOND;
    isRefused = () => true;
    expect(memory.find("a")).toBeNull();
  });
});

describe("forgetting", () => {
  test.each(["key", "org", "user", ""])("by %j: the next request reads anew", async (name) => {
    await learn();
    memory.forget(name);
    expect(await answer(memory.find("a"), undefined)).toBeNull();
    expect(readings).toHaveLength(2);
  });

  test("by another name changes nothing", async () => {
    await learn();
    memory.forget("another");
    expect(memory.find("a")).toBe(caller);
  });

  test("during a reading: what it finds is not kept, and nobody who comes later waits for it", async () => {
    const early = memory.find("a");
    memory.forget("another");
    const late = memory.find("a");
    expect(readings).toHaveLength(2);
    readings[1]?.settle(undefined);
    expect(await late).toBeNull();
    readings[0]?.settle(found());
    expect(await early).toBe(caller);
    expect(memory.find("a")).toBeNull();
  });

  test("makes an unknown credential be asked for again", async () => {
    expect(await answer(memory.find("a"), undefined)).toBeNull();
    expect(memory.find("a")).toBeNull();
    expect(readings).toHaveLength(1);
    memory.forget("another");
    expect(await answer(memory.find("a"), found())).toBe(caller);
  });
});

describe("what was never seen", () => {
  test("is read once for all who ask meanwhile", async () => {
    const asked = Array.from({ length: 50 }, () => memory.find("a"));
    expect(readings).toHaveLength(1);
    readings[0]?.settle(found());
    expect(new Set(await Promise.all(asked))).toEqual(new Set([caller]));
  });

  test("costs nothing when it is refused without asking", () => {
    isRefused = () => true;
    expect(memory.find("a")).toBeNull();
    isRefused = () => false;
    expect(memory.find("a")).toBeInstanceOf(Promise);
  });

  test("503: more than a hundred readings at once are not begun; forgetting does not make room for more", async () => {
    const asked = Array.from({ length: 100 }, (_, index) => memory.find(`${index}`));
    memory.forget("");
    await expect(memory.find("one more")).rejects.toMatchObject({ code: "not_ready", retryAfterS: 5 });
    for (const { settle } of readings) settle(undefined);
    await Promise.all(asked);
    expect(await answer(memory.find("one more"), found())).toBe(caller);
  });

  test("503: while the database is away", async () => {
    await expect(answer(memory.find("a"), new Error("away"))).rejects.toMatchObject({ code: "not_ready" });
  });
});

test("two different credentials never share an identity, whatever they have in common (V-03)", async () => {
  const identities = new Map<string, Caller>();
  const own = createCallerMemory({
    clock: { now: () => nowMs, monotonic: () => nowMs },
    read: async (presented) => {
      const one = callerOf({ credentialId: presented });
      identities.set(presented, one);
      return found({ caller: one });
    },
  });
  const same = "eyJhbGciOiJFZERTQSJ9.".repeat(20);
  await fc.assert(
    fc.asyncProperty(fc.nat(same.length), fc.string({ maxLength: 3 }), async (length, end) => {
      const presented = same.slice(0, length) + end;
      await own.find(presented);
      return own.find(presented) === identities.get(presented) && identities.get(presented)?.credentialId === presented;
    }),
  );
});
