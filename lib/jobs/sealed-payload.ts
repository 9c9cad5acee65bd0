import { z } from "zod";
import { openSecret, sealSecret } from "#lib/platform/envelope";

const base64 = z.base64().transform((text) => new Uint8Array(Buffer.from(text, "base64")));
const SealedPayload = z.object({
  ciphertext: base64,
  nonce: base64,
  wrappedKey: base64,
  wrapNonce: base64,
  keyVersion: z.int(),
});

/** A payload as a queue may hold it: it can be read with the server's key only, and as one of that job only. */
export type Sealed = z.input<typeof SealedPayload>;

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const nameOf = (jobName: string) => `job/${jobName}`;

export function sealPayload(payload: unknown, jobName: string, secretsKey: string): Sealed {
  const sealed = sealSecret(JSON.stringify(payload), { name: nameOf(jobName), secretsKey });
  return {
    ciphertext: text(sealed.ciphertext),
    nonce: text(sealed.nonce),
    wrappedKey: text(sealed.wrappedKey),
    wrapNonce: text(sealed.wrapNonce),
    keyVersion: sealed.keyVersion,
  };
}

/** Throws an Error when the data is no sealed payload, or one of another job or another key. */
export const openPayload = (data: unknown, jobName: string, secretsKey: string): unknown =>
  JSON.parse(openSecret(SealedPayload.parse(data), { name: nameOf(jobName), secretsKey }));
