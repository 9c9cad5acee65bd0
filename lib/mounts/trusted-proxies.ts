import { BlockList, isIP, isIPv6 } from "node:net";

export type TrustedProxies = BlockList;

/** Reads TRUSTED_PROXIES: addresses and CIDR ranges, comma-separated. Throws an Error naming an entry that is neither. */
export function readTrustedProxies(text: string): TrustedProxies {
  const list = new BlockList();
  for (const entry of text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)) {
    const [address = "", prefix] = entry.split("/");
    if (isIP(address) === 0) throw new Error(`TRUSTED_PROXIES: "${entry}" is neither an address nor a range`);
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

/** True when a connection comes from a proxy whose x-forwarded-* count. */
export function isTrusted(list: TrustedProxies, remote: string): boolean {
  const address = remote.replace(/^::ffff:/, "");
  return isIP(address) !== 0 && list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
