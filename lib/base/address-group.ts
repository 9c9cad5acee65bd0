const GROUPS = 8;
const NETWORK_GROUPS = 4;

/**
 * Gives what limits per address count by: an IPv4 address, or the /64 network of an IPv6 one, since whoever has one
 * address there has them all.
 */
export function addressGroup(address: string): string {
  const plain = address.replace(/^::ffff:(?=[\d.]+$)/i, "").replace(/%.*$/, "");
  if (!plain.includes(":")) return plain;
  const [front = [], back = []] = plain.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array.from({ length: Math.max(0, GROUPS - front.length - back.length) }, () => "0");
  const network = [...front, ...zeros, ...back].slice(0, NETWORK_GROUPS);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
