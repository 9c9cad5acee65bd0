import ipaddr from "ipaddr.js";
import { AppError } from "#lib/base/errors";

// Without leading zeros, which some read as octal.
const IPV4 = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/;
const BITS = /^(0|[1-9]\d{0,2})$/;

/** Reads addresses and CIDR ranges, each in its one spelling. Refuses with 400 what is not exactly one of them. */
export const readAddresses = (entries: readonly string[]): string[] => [
  ...new Set(entries.map((entry, index) => readEntry(entry, `allowedIps.${index}`))),
];

function readEntry(entry: string, param: string): string {
  const [text = "", bits, ...rest] = entry.trim().split("/");
  const address = addressOf(text);
  if (address === undefined || rest.length > 0)
    throw refusal(param, "is neither an IPv4 or IPv6 address nor a CIDR range");
  if (bits === undefined) return address.toString();
  const most = address.kind() === "ipv4" ? 32 : 128;
  if (!BITS.test(bits) || Number(bits) > most) throw refusal(param, `must have a prefix of 0 to ${most}`);
  const range = `${address.toString()}/${bits}`;
  const network = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  const first = network.networkAddressFromCIDR(range).toString();
  if (first !== address.toString()) throw refusal(param, `must begin at its first address: ${first}/${bits}`);
  return range;
}

/** Zones and IPv4 inside IPv6 are not read: no caller's address would ever match them. */
function addressOf(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (IPV4.test(text)) return ipaddr.IPv4.isValid(text) ? ipaddr.IPv4.parse(text) : undefined;
  if (!text.includes(":") || text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? undefined : address;
}

const refusal = (param: string, claim: string) => new AppError("invalid_field", `${param} ${claim}.`, { param });
