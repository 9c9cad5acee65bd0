import ipaddr from "ipaddr.js";

/** The first six groups are zero: an IPv4 address in the form that RFC 4291, 2.5.5.1, gave up, and some stacks still dial. */
const COMPATIBLE_GROUPS = 6;

/**
 * True for an address of the public internet. Everything private, local, special or wrapped (mapped to a private one,
 * compatible, NAT64, 6to4) is not, nor is what is no address at all. Takes no brackets and no zone.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.parts.slice(0, COMPATIBLE_GROUPS).every((part) => part === 0))
    return false;
  return parsed.range() === "unicast";
}
