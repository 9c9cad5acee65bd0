import { expect, it } from "vitest";
import { addressGroup } from "./address-group.ts";

it.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:0:0:ffff::9", "2001:db8:0:0::/64"],
  ["2001:0db8:0000:0000:0001:0002:0003:0004", "2001:db8:0:0::/64"],
  ["2001:db8:0:1::1", "2001:db8:0:1::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["", ""],
])("%s counts as %s", (address, group) => {
  expect(addressGroup(address)).toBe(group);
});
