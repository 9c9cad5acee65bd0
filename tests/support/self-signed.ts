import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

const DAY_MS = 86_400_000;
const ECDSA_WITH_SHA256 = "06082a8648ce3d040302";
const COMMON_NAME = "0603550403";
const SUBJECT_ALT_NAME = "0603551d11";

/** A certificate for localhost and 127.0.0.1 that signs itself, and its key, as PEM: made anew, so that none lies in the repository. */
export function selfSigned(name = "localhost"): { readonly cert: string; readonly key: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(hex(ECDSA_WITH_SHA256));
  const subject = sequence(set(sequence(hex(COMMON_NAME), node(0x0c, Buffer.from(name)))));
  const validity = sequence(utcTime(Date.now() - DAY_MS), utcTime(Date.now() + DAY_MS));
  const names = sequence(node(0x82, Buffer.from("localhost")), node(0x87, Buffer.from([127, 0, 0, 1])));
  const body = sequence(
    node(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    subject,
    validity,
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    node(0xa3, sequence(sequence(hex(SUBJECT_ALT_NAME), node(0x04, names)))),
  );
  const signature = node(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, privateKey)]));
  const der = sequence(body, algorithm, signature);
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function node(tag: number, content: Buffer): Buffer {
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const hex = (text: string) => Buffer.from(text, "hex");
const sequence = (...parts: readonly Buffer[]) => node(0x30, Buffer.concat(parts));
const set = (...parts: readonly Buffer[]) => node(0x31, Buffer.concat(parts));
const integer = (bytes: Buffer) => node(0x02, bytes);

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, "").slice(2, 14);
  return node(0x17, Buffer.from(`${digits}Z`));
}
