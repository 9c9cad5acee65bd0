import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_VERSION = 1;
// 64 bits keep two values of one credential apart; the fingerprint is keyed, so it tells nothing of the value.
const FINGERPRINT_HEX_CHARS = 16;

/** A secret as stored. Ciphertext and wrapped key each end in their authentication tag. */
export type SealedSecret = {
  readonly ciphertext: Uint8Array<ArrayBuffer>;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly wrappedKey: Uint8Array<ArrayBuffer>;
  readonly wrapNonce: Uint8Array<ArrayBuffer>;
  readonly keyVersion: number;
};

/** The name of the record a secret belongs to, and the server's key (32 bytes in base64). */
type Binding = { readonly name: string; readonly secretsKey: string };

/**
 * Encrypts a text under a fresh data key, itself wrapped by the server's key. Both layers are bound to the record's
 * name and key version, so that no record opens in another's place.
 */
export function sealSecret(plain: string, { name, secretsKey }: Binding): SealedSecret {
  const dataKey = randomBytes(KEY_BYTES);
  const bound = associatedData(name, KEY_VERSION);
  const body = encrypt(Buffer.from(plain, "utf8"), dataKey, bound);
  const wrap = encrypt(dataKey, keyOf(secretsKey), bound);
  dataKey.fill(0);
  return {
    ciphertext: body.ciphertext,
    nonce: body.nonce,
    wrappedKey: wrap.ciphertext,
    wrapNonce: wrap.nonce,
    keyVersion: KEY_VERSION,
  };
}

/** Decrypts a stored secret. Throws an Error when the key is another, the record was changed, or it belongs to another name. */
export function openSecret(sealed: SealedSecret, { name, secretsKey }: Binding): string {
  const bound = associatedData(name, sealed.keyVersion);
  try {
    const dataKey = decrypt(sealed.wrappedKey, { key: keyOf(secretsKey), nonce: sealed.wrapNonce, bound });
    return decrypt(sealed.ciphertext, { key: dataKey, nonce: sealed.nonce, bound }).toString("utf8");
  } catch (cause) {
    throw new Error(`the stored secret ${name} does not open with this server's SECRETS_KEY`, { cause });
  }
}

/** Gives the same short text for the same value under the same server key, and nothing of use to who lacks the key. */
export function fingerprintOf(value: string, secretsKey: string): string {
  const key = hkdfSync("sha256", keyOf(secretsKey), "", "switchyard secret fingerprint", KEY_BYTES);
  return createHmac("sha256", Buffer.from(key)).update(value).digest("hex").slice(0, FINGERPRINT_HEX_CHARS);
}

function keyOf(secretsKey: string): Buffer {
  const key = Buffer.from(secretsKey, "base64");
  if (key.length !== KEY_BYTES) throw new Error("SECRETS_KEY must be 32 bytes in base64");
  return key;
}

const associatedData = (name: string, keyVersion: number) => Buffer.from(`switchyard-secret\0${keyVersion}\0${name}`);

function encrypt(plain: Uint8Array, key: Uint8Array, bound: Uint8Array) {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(bound);
  return { nonce, ciphertext: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]) };
}

type Opening = { readonly key: Uint8Array; readonly nonce: Uint8Array; readonly bound: Uint8Array };

function decrypt(sealed: Uint8Array, { key, nonce, bound }: Opening): Buffer {
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(bound).setAuthTag(sealed.subarray(end));
  return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
}
