import { describe, expect, test } from "vitest";
import { callerAddress, callerInChain, readTrustedProxies } from "./trusted-proxies.ts";

const trusted = readTrustedProxies("10.0.0.0/8, 192.0.2.7, fd00::/8");
const caller = (remote: string, forwardedFor?: string) => callerAddress(remote, forwardedFor, trusted);

describe("the caller's address", () => {
  test("is the connection's own when no proxy of ours made it, whatever its headers claim", () => {
    expect(caller("203.0.113.9", "1.1.1.1")).toBe("203.0.113.9");
    expect(caller("203.0.113.9", "1.1.1.1, 10.0.0.1")).toBe("203.0.113.9");
    expect(caller("::ffff:203.0.113.9", "1.1.1.1")).toBe("203.0.113.9");
    expect(caller("2001:db8::1")).toBe("2001:db8::1");
    expect(callerAddress("127.0.0.1", "1.1.1.1", readTrustedProxies(""))).toBe("127.0.0.1");
  });

  test("is what the outermost trusted proxy saw; what a caller wrote before it does not count", () => {
    expect(caller("10.0.0.1", "203.0.113.9")).toBe("203.0.113.9");
    expect(caller("10.0.0.1", "1.1.1.1, 203.0.113.9")).toBe("203.0.113.9");
    expect(caller("::ffff:10.0.0.1", "1.1.1.1,203.0.113.9 , 192.0.2.7,10.2.3.4")).toBe("203.0.113.9");
    expect(caller("fd00::1", "10.9.9.9, 2001:db8::5")).toBe("2001:db8::5");
  });

  test("is read with a port, in brackets and inside IPv6", () => {
    expect(caller("10.0.0.1", "203.0.113.9:4711")).toBe("203.0.113.9");
    expect(caller("10.0.0.1", "[2001:db8::5]:443")).toBe("2001:db8::5");
    expect(caller("10.0.0.1", "[2001:db8::5]")).toBe("2001:db8::5");
    expect(caller("10.0.0.1", "::FFFF:203.0.113.9, 10.0.0.2")).toBe("203.0.113.9");
  });

  test("is the proxy's own when it says nothing that is an address", () => {
    for (const claim of [
      undefined,
      "",
      " ",
      "unknown",
      "_hidden",
      "1.1.1.1, unknown",
      "1.1.1.1;x",
      "1.2.3",
      "999.1.1.1",
    ])
      expect(caller("10.0.0.1", claim)).toBe("10.0.0.1");
  });

  test("is the first of the chain when all of it is trusted", () => {
    expect(caller("10.0.0.1", "10.0.0.3, 10.0.0.2")).toBe("10.0.0.3");
  });

  test("is found in a long chain without delay", () => {
    expect(caller("10.0.0.1", Array(4_000).fill("10.0.0.2").join(","))).toBe("10.0.0.2");
  });
});

describe("the caller in a chain from the front door", () => {
  const inChain = (chain: string | null | undefined) => callerInChain(chain, readTrustedProxies("10.0.0.0/8"));

  test("is the connection the door saw, or behind our proxies the last that they saw and we do not trust", () => {
    expect(inChain("203.0.113.9")).toBe("203.0.113.9");
    expect(inChain("1.1.1.1, 203.0.113.9")).toBe("203.0.113.9");
    expect(inChain("1.1.1.1, 203.0.113.9, 10.0.0.2, 10.0.0.1")).toBe("203.0.113.9");
    expect(inChain("unknown, 10.0.0.1")).toBe("10.0.0.1");
  });

  test("is nobody where there is no chain", () => {
    for (const chain of [undefined, null, "", " "]) expect(inChain(chain)).toBeUndefined();
  });
});

describe("TRUSTED_PROXIES", () => {
  test.each(["localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/a", "10.0.0.0/8/8", "::/129", "10.0.0.0/-1"])(
    "%s is refused by name",
    (entry) => expect(() => readTrustedProxies(`127.0.0.1, ${entry}`)).toThrow(`"${entry}"`),
  );
});
