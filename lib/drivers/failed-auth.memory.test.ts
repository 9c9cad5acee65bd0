import { describe, expect, it } from "vitest";
import { openFailedAuth } from "./failed-auth.memory.ts";

const US = "203.0.113.7";

function open(perMinute = 30) {
  const clock = { nowMs: 1_000 };
  return { clock, failures: openFailedAuth({ perMinute, monotonic: () => clock.nowMs }) };
}

/** How many of so many wrong credentials are told 401; the rest are told 429. */
function told401(failures: ReturnType<typeof openFailedAuth>, count: number, address = US): number {
  let told = 0;
  for (let number = 0; number < count; number++) {
    try {
      failures.failed(address, `wrong-${number}`, true);
      told++;
    } catch {}
  }
  return told;
}

/** How many are looked up in a row before one is refused. */
function admitted(failures: ReturnType<typeof openFailedAuth>, address = US): number {
  for (let number = 0; number < 1_000; number++) {
    try {
      failures.admit(address, `new-${number}`)();
    } catch {
      return number;
    }
  }
  return Number.POSITIVE_INFINITY;
}

/** How many of so many are looked up at the same time. */
function together(failures: ReturnType<typeof openFailedAuth>, count: number): (() => void)[] {
  const ends: (() => void)[] = [];
  for (let number = 0; number < count; number++) {
    try {
      ends.push(failures.admit(US, `at-once-${number}`));
    } catch {}
  }
  return ends;
}

/** Fails until nothing new is looked up any more. */
function exhaust(failures: ReturnType<typeof openFailedAuth>, address = US): void {
  told401(failures, 100, address);
  admitted(failures, address);
}

const tooMany = (retryAfterS: number) =>
  expect.objectContaining({ code: "too_many_failures", status: 429, retryAfterS });

describe("wrong credentials from one address", () => {
  it("429: after two minutes' worth at once, and hardly anything from there is looked up for a while", () => {
    const { failures, clock } = open();
    expect(admitted(failures)).toBe(Number.POSITIVE_INFINITY);
    expect(told401(failures, 100)).toBe(60);
    expect(admitted(failures)).toBe(30);
    expect(() => failures.admit(US, "unknown")).toThrow(tooMany(2));
    clock.nowMs += 2_000;
    expect(told401(failures, 100)).toBe(1);
    expect(admitted(failures)).toBe(1);
  });

  it("that come all at once are not all looked up: each may be about to fail", () => {
    const { failures, clock } = open();
    const first = together(failures, 5_000);
    expect(first).toHaveLength(130);
    for (const end of first) end();
    exhaust(failures);
    clock.nowMs += 2_000;
    // One that may fail again, and one of those that are looked up beyond it.
    expect(together(failures, 500)).toHaveLength(2);
  });

  it("that are the same one again and again count once where no look-up is needed: it is a client that was not told", () => {
    const { failures } = open();
    for (let time = 0; time < 500; time++) failures.failed(US, "revoked", false);
    expect(told401(failures, 100)).toBe(59);
  });

  it("do not count for another address, and count for a whole network of IPv6", () => {
    const { failures } = open();
    exhaust(failures, "2001:db8::1");
    failures.admit(US, "unknown");
    failures.admit("2001:db8:0:1::1", "unknown");
    expect(() => failures.admit("2001:db8::ffff", "unknown")).toThrow(tooMany(2));
  });

  it("lock nobody out whose credential was good from there", () => {
    const { failures } = open();
    failures.succeeded(US, "good");
    exhaust(failures);
    failures.admit(US, "good");
    expect(() => failures.admit("198.51.100.1", "good")).not.toThrow();
    exhaust(failures, "198.51.100.1");
    expect(() => failures.admit("198.51.100.1", "good")).toThrow(tooMany(2));
  });

  it("by a program that goes on with one revoked key lock out no key that is new there", () => {
    const { failures, clock } = open();
    exhaust(failures);
    for (let second = 0; second < 600; second += 3) {
      clock.nowMs += 3_000;
      // What was found unknown is remembered for three seconds: that often it is looked up.
      failures.admit(US, "revoked");
      expect(() => failures.failed(US, "revoked", true)).not.toThrow();
      for (let time = 0; time < 30; time++) told401(failures, 1);
    }
    expect(() => failures.admit(US, "good and new")).not.toThrow();
  });

  it("a credential that is good no more is looked up once and then refused like any other", () => {
    const { failures } = open();
    failures.succeeded(US, "revoked");
    exhaust(failures);
    failures.admit(US, "revoked");
    expect(() => failures.failed(US, "revoked", true)).toThrow(tooMany(2));
    expect(() => failures.admit(US, "revoked")).toThrow(tooMany(2));
  });

  it("what is remembered is bounded", () => {
    const { failures } = open();
    for (let number = 0; number < 60_000; number++)
      failures.failed(`10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`, "x", true);
    expect(told401(failures, 100)).toBe(60);
  });
});
