/** Addresses nobody outside may send us to: this host, its networks, its cloud's metadata, what is reserved. */
const FORBIDDEN_V4 = [
  "127.0.0.1",
  "169.254.169.254",
  "10.0.0.1",
  "192.168.1.1",
  "172.16.0.1",
  "0.0.0.0",
  "127.0.0.53",
  "127.255.255.254",
  "0.1.2.3",
  "10.255.255.254",
  "172.31.255.254",
  "192.168.255.254",
  "169.254.170.2",
  "100.64.0.1",
  "100.100.100.200",
  "100.127.255.254",
  "192.0.0.1",
  "192.0.0.170",
  "192.0.2.1",
  "192.88.99.1",
  "198.18.0.1",
  "198.19.255.254",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "239.255.255.250",
  "240.0.0.1",
  "255.255.255.255",
];

const FORBIDDEN_V6 = [
  "::1",
  "::",
  "0:0:0:0:0:0:0:1",
  "0000:0000:0000:0000:0000:0000:0000:0001",
  "::0.0.0.1",
  "fc00::1",
  "fd00::1",
  "fd00:ec2::254",
  "fdff:ffff::1",
  "fe80::1",
  "febf::1",
  "fec0::1",
  "ff02::1",
  "ff05::2",
  "2001:db8::1",
  "100::1",
  "2001::1",
  "2001:2::1",
  "2001:10::1",
  "2001:20::1",
  "5f00::1",
  "3fff::1",
];

const bytesOf = (address: string) => address.split(".").map(Number);
const numberOf = (address: string) => bytesOf(address).reduce((sum, byte) => sum * 256 + byte, 0);
const hexPair = (address: string) => {
  const [a = 0, b = 0, c = 0, d = 0] = bytesOf(address);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
};
const octal = (value: number) => `0${value.toString(8)}`;
const hex = (value: number) => `0x${value.toString(16)}`;
const shifted = (text: string, zero: number) =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));

/** Every way of writing an IPv4 address that some parser takes. */
function spellingsOf(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = bytesOf(address);
  const all = numberOf(address);
  return [
    address,
    `${address}.`,
    String(all),
    hex(all),
    hex(all).toUpperCase(),
    octal(all),
    `0${octal(all)}`,
    bytesOf(address).map(octal).join("."),
    bytesOf(address).map(hex).join("."),
    `${octal(a)}.${b}.${hex(c)}.${d}`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${b * 65_536 + c * 256 + d}`,
    `${hex(a)}.${octal(b * 65_536 + c * 256 + d)}`,
    bytesOf(address)
      .map((byte) => `00000${byte.toString(8)}`)
      .join("."),
    shifted(address, 0xff10),
    shifted(address, 0x1d7ce),
    shifted(address, 0x1d7f6),
    address.replaceAll(".", "\u3002"),
    address.replaceAll(".", "\uff61"),
    address.replaceAll(".", "\uff0e"),
    address.replaceAll(".", "%2e"),
    address.replace(/\d/g, (digit) => `%3${digit}`),
    address.replace(".", "\u00ad."),
    address.replace(".", "\n."),
    address.replace(".", "\t."),
  ];
}

/** An IPv4 address wrapped in an IPv6 one. */
function wrapped(address: string): string[] {
  const pair = hexPair(address);
  const [high = "", low = ""] = pair.split(":");
  return [
    `::ffff:${address}`,
    `::ffff:${pair}`,
    `::FFFF:${pair}`,
    `0:0:0:0:0:ffff:${pair}`,
    `0000:0000:0000:0000:0000:ffff:${high.padStart(4, "0")}:${low.padStart(4, "0")}`,
    `::${address}`,
    `::${pair}`,
    `::ffff:0:${pair}`,
    `64:ff9b::${address}`,
    `64:ff9b::${pair}`,
    `64:ff9b:1::${pair}`,
    `2002:${pair}::`,
    `2002:${pair}::1`,
    `2001:0:${pair}::1`,
    `fe80::5efe:${pair}`,
  ];
}

const NAMES = [
  "localhost",
  "LOCALHOST",
  "LocalHost",
  "localhost.",
  "a.localhost",
  "a.b.localhost.",
  "\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54",
  "l\u00adocalhost",
  "%6c%6f%63%61%6c%68%6f%73%74",
  "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
];

/** Ways of putting one host into an address around what one reads first. */
const dressed = (port: number): string[] => [
  `http://8.8.8.8@127.0.0.1:${port}/`,
  `http://api.openai.com:443@127.0.0.1:${port}/`,
  `http://api.openai.com%20@127.0.0.1:${port}/`,
  `http://127.0.0.1:${port}\\@8.8.8.8/`,
  `http:127.0.0.1:${port}/`,
  `http:/127.0.0.1:${port}/`,
  `http:////127.0.0.1:${port}/`,
  `http:\\\\127.0.0.1:${port}/`,
  `HTTP://127.0.0.1:${port}/`,
  ` http://127.0.0.1:${port}/`,
  `ht\ttp://127.0.0.1:${port}/`,
  `http://127.0.0.1:${port}/?@8.8.8.8`,
  `http://[::1%25lo]:${port}/`,
  `http://[fe80::1%25eth0]:${port}/`,
  `http://[fe80::1%eth0]:${port}/`,
];

/** Names of this host; whether they resolve at all is up to its resolver. */
export const ssrfNames = (port: number): string[] => NAMES.map((name) => `http://${name}:${port}/`);

/** At least two hundred addresses of what must never be dialled, each once, with the port put in. */
export function ssrfCorpus(port: number): string[] {
  const v4 = [...FORBIDDEN_V4.slice(0, 6).flatMap(spellingsOf), ...FORBIDDEN_V4.slice(6)];
  const v6 = [...FORBIDDEN_V6, ...FORBIDDEN_V4.slice(0, 6).flatMap(wrapped)];
  const hosts = [...v4, ...v6.map((address) => `[${address}]`)];
  return [...new Set([...hosts.map((host) => `http://${host}:${port}/`), ...dressed(port)])];
}
