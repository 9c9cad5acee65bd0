import { describe, expect, it } from "vitest";
import { compileAddressList } from "./address-list.ts";

describe("an address list", () => {
  it("restricts nothing when it is empty", () => {
    expect(compileAddressList([])).toBeNull();
  });

  it.each([
    ["10.0.0.0/8", "10.1.2.3", true],
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["192.0.2.7", "192.0.2.7", true],
    ["192.0.2.7", "192.0.2.8", false],
    ["2001:db8::/32", "2001:db8:1::5", true],
    ["2001:db8::/32", "2001:db9::5", false],
    ["10.0.0.0/8", "not an address", false],
    ["10.0.0.0/99", "10.0.0.1", false],
    ["nonsense", "10.0.0.1", false],
  ] as const)("%s and %s: %s", (entry, address, isAdmitted) => {
    expect(compileAddressList([entry])?.(address)).toBe(isAdmitted);
  });
});
