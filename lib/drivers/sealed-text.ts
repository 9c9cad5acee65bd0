import { openSecret, type SealedSecret, sealSecret } from "#lib/platform/envelope";

type Binding = { readonly name: string; readonly secretsKey: string };

const VERSION_BYTES = 2;
const NONCE_END = VERSION_BYTES + 12;
const WRAP_NONCE_END = NONCE_END + 12;
/** A key of 32 bytes and its tag. */
const WRAPPED_KEY_END = WRAP_NONCE_END + 48;

/** Seals a text into one column: key version, nonce, the wrapped key's nonce, the wrapped key, ciphertext. */
export function sealText(text: string, binding: Binding): Buffer {
  const { keyVersion, nonce, wrapNonce, wrappedKey, ciphertext } = sealSecret(text, binding);
  const version = Buffer.alloc(VERSION_BYTES);
  version.writeUInt16BE(keyVersion);
  return Buffer.concat([version, nonce, wrapNonce, wrappedKey, ciphertext]);
}

/** Opens what `sealText` sealed. Throws an Error as `openSecret` does. */
export const openText = (sealed: Buffer, binding: Binding): string => openSecret(unpack(sealed), binding);

function unpack(sealed: Buffer): SealedSecret {
  const part = (start: number, end?: number) => new Uint8Array(sealed.subarray(start, end));
  return {
    keyVersion: sealed.readUInt16BE(0),
    nonce: part(VERSION_BYTES, NONCE_END),
    wrapNonce: part(NONCE_END, WRAP_NONCE_END),
    wrappedKey: part(WRAP_NONCE_END, WRAPPED_KEY_END),
    ciphertext: part(WRAPPED_KEY_END),
  };
}
