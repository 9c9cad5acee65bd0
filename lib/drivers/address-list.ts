import { BlockList, isIP } from "node:net";

/** Makes a test of addresses and CIDR ranges; an IPv4 address inside IPv6 (`::ffff:…`) counts as IPv4. An empty list gives null: nothing is restricted. */
export function compileAddressList(entries: readonly string[]): ((address: string) => boolean) | null {
  if (entries.length === 0) return null;
  const list = new BlockList();
  for (const entry of entries) addEntry(list, entry);
  return (address) => {
    const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 4 ? "ipv4" : "ipv6");
  };
}

// Entries are checked where they are stored; one that is not readable admits nobody.
function addEntry(list: BlockList, entry: string): void {
  const [address = "", bits] = entry.split("/");
  const family = isIP(address);
  if (family === 0) return;
  const name = family === 4 ? "ipv4" : "ipv6";
  if (bits === undefined) return list.addAddress(address, name);
  const prefix = Number(bits);
  if (Number.isInteger(prefix) && prefix >= 0 && prefix <= (family === 4 ? 32 : 128))
    list.addSubnet(address, prefix, name);
}
