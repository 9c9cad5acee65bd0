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
      failures.failed(address, `wrong-${number}`);
      told++;
    } catch {}
  }
  return told;
}

const tooMany = (retryAfterS: number) =>
  expect.objectContaining({ code: "too_many_failures", status: 429, retryAfterS });

describe("wrong credentials from one address", () => {
  it("429: after two minutes' worth at once nothing from there is looked up for a while", () => {
    const { failures, clock } = open();
    failures.admit(US, "unknown");
    expect(told401(failures, 100)).toBe(60);
    expect(() => failures.admit(US, "unknown")).toThrow(tooMany(2));
    clock.nowMs += 2_000;
    failures.admit(US, "unknown");
    expect(told401(failures, 100)).toBe(1);
  });

  it("do not count for another address, and count for a whole network of IPv6", () => {
    const { failures } = open();
    told401(failures, 100, "2001:db8::1");
    failures.admit(US, "unknown");
    failures.admit("2001:db8:0:1::1", "unknown");
    expect(() => failures.admit("2001:db8::ffff", "unknown")).toThrow(tooMany(2));
  });

  it("lock nobody out whose credential was good from there", () => {
    const { failures } = open();
    failures.succeeded(US, "good");
    told401(failures, 100);
    failures.admit(US, "good");
    expect(() => failures.admit("198.51.100.1", "good")).not.toThrow();
    told401(failures, 100, "198.51.100.1");
    expect(() => failures.admit("198.51.100.1", "good")).toThrow(tooMany(2));
  });

  it("a credential that is good no more is looked up once and then refused like any other", () => {
    const { failures } = open();
    failures.succeeded(US, "revoked");
    told401(failures, 100);
    failures.admit(US, "revoked");
    expect(() => failures.failed(US, "revoked")).toThrow(tooMany(2));
    expect(() => failures.admit(US, "revoked")).toThrow(tooMany(2));
  });

  it("what is remembered is bounded", () => {
    const { failures } = open();
    for (let number = 0; number < 60_000; number++)
      failures.failed(`10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`, "x");
    expect(told401(failures, 100)).toBe(60);
  });
});
