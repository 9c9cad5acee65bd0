import { BlockList, isIP, isIPv6 } from "node:net";

export type TrustedProxies = BlockList;

/** Reads TRUSTED_PROXIES: addresses and CIDR ranges, comma-separated. Throws an Error naming an entry that is neither. */
export function readTrustedProxies(text: string): TrustedProxies {
  const list = new BlockList();
  const entries = text.split(",").map((part) => part.trim());
  for (const entry of entries.filter(Boolean)) addEntry(list, entry);
  return list;
}

function addEntry(list: BlockList, entry: string): void {
  const [address = "", prefix, ...rest] = entry.split("/");
  const isRange = prefix === undefined || (/^\d+$/.test(prefix) && Number(prefix) <= (isIPv6(address) ? 128 : 32));
  if (isIP(address) === 0 || !isRange || rest.length > 0)
    throw new Error(`TRUSTED_PROXIES: "${entry}" is neither an address nor a range`);
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  if (prefix === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(prefix), family);
}

/** True when a connection comes from a proxy whose x-forwarded-* count. */
export function isTrusted(list: TrustedProxies, remote: string): boolean {
  const address = plainAddress(remote);
  return isIP(address) !== 0 && list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/**
 * Gives the address of the caller: the connection's own, or behind proxies that we trust the last one that they saw and
 * we do not. What nobody we trust vouches for is never read.
 */
export function callerAddress(remote: string, forwardedFor: string | undefined, trusted: TrustedProxies): string {
  let caller = plainAddress(remote);
  if (forwardedFor === undefined) return caller;
  const hops = forwardedFor.split(",");
  while (isTrusted(trusted, caller)) {
    const hop = addressOfHop(hops.pop() ?? "");
    // The first of the chain, or what is no address: the proxy that said so is all we know.
    if (isIP(hop) === 0) return caller;
    caller = hop;
  }
  return caller;
}

/** Gives the caller in a chain that our front door has handed on: its last hop is the connection that the door itself saw. */
export function callerInChain(chain: string | null | undefined, trusted: TrustedProxies): string | undefined {
  const hops = (chain ?? "").split(",");
  const seen = hops.pop()?.trim();
  return seen ? callerAddress(seen, hops.join(","), trusted) : undefined;
}

/** Some proxies write the port behind the address, and IPv6 in brackets. */
function addressOfHop(text: string): string {
  const hop = text.trim();
  const [, bracketed] = /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(hop) ?? [];
  const [, dotted] = /^([\d.]+):\d+$/.exec(hop) ?? [];
  return plainAddress(bracketed ?? dotted ?? hop);
}

/** An IPv4 address inside IPv6 is that IPv4 address. */
const plainAddress = (address: string) => address.replace(/^::ffff:(?=[\d.]+$)/i, "");
