import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fingerprintOf, openSecret, type SealedSecret, sealSecret } from "./envelope.ts";

const secretsKey = randomBytes(32).toString("base64");
const binding = { name: "openai-main/a/0011", secretsKey };
const PARTS = ["ciphertext", "nonce", "wrappedKey", "wrapNonce"] as const;

function withFlippedBit(sealed: SealedSecret, part: (typeof PARTS)[number], bit: number): SealedSecret {
  const bytes = Uint8Array.from(sealed[part]);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return { ...sealed, [part]: bytes };
}

describe("sealed secrets", () => {
  test.each(["sk-plain", "密钥 with ümlauts", "x".repeat(4_096), ""])("open to what was sealed: %#", (plain) => {
    expect(openSecret(sealSecret(plain, binding), binding)).toBe(plain);
  });

  test("refuse after any single flipped bit", () => {
    const sealed = sealSecret("sk-secret", binding);
    for (const part of PARTS) {
      for (let bit = 0; bit < sealed[part].length * 8; bit++) {
        expect(() => openSecret(withFlippedBit(sealed, part, bit), binding), `${part} bit ${bit}`).toThrow(
          /does not open/,
        );
      }
    }
  });

  test("refuse a shortened record", () => {
    const sealed = sealSecret("sk-secret", binding);
    for (const part of PARTS) {
      expect(() => openSecret({ ...sealed, [part]: sealed[part].subarray(1) }, binding)).toThrow(/does not open/);
    }
  });

  test("refuse in the place of another record, whole or in part", () => {
    const other = { name: "openai-main/b/0022", secretsKey };
    const [here, there] = [sealSecret("sk-here", binding), sealSecret("sk-there", other)];
    expect(() => openSecret(there, binding)).toThrow(/does not open/);
    expect(() => openSecret({ ...here, wrappedKey: there.wrappedKey, wrapNonce: there.wrapNonce }, binding)).toThrow();
    expect(() => openSecret({ ...here, ciphertext: there.ciphertext, nonce: there.nonce }, binding)).toThrow();
    expect(() => openSecret({ ...here, keyVersion: 2 }, binding)).toThrow(/does not open/);
  });

  test("refuse under another server key, and never name the value", () => {
    const wrong = { ...binding, secretsKey: randomBytes(32).toString("base64") };
    expect(() => openSecret(sealSecret("sk-secret", binding), wrong)).toThrow(/^(?!.*sk-secret).*SECRETS_KEY/);
  });

  test("differ in every part when the same text is sealed twice", () => {
    const [one, two] = [sealSecret("sk-secret", binding), sealSecret("sk-secret", binding)];
    for (const part of PARTS) expect(one[part]).not.toEqual(two[part]);
  });
});

describe("fingerprints", () => {
  test("are the same for the same value and key, and differ in either", () => {
    const again = fingerprintOf("sk-a", secretsKey);
    expect(fingerprintOf("sk-a", secretsKey)).toBe(again);
    expect(fingerprintOf("sk-b", secretsKey)).not.toBe(again);
    expect(fingerprintOf("sk-a", randomBytes(32).toString("base64"))).not.toBe(again);
    expect(again).toMatch(/^[0-9a-f]{16}$/);
  });
});
