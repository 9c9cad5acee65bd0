import type { DialectId, Signature } from "../conversation.ts";

const MARK = "sy1";
const ORIGINS: readonly DialectId[] = ["openai-chat", "openai-responses", "anthropic-messages", "gemini"];

/**
 * Writes a proof so that a caller of `into` can give it back: raw where it is that dialect's own, else marked with where
 * it comes from. Base64url keeps item ids free of the separator; the value itself stays as it is, to the byte.
 */
export function writeSignature(signature: Signature, into: DialectId): string {
  if (signature.origin === into) return signature.value;
  const itemId = Buffer.from(signature.itemId ?? "").toString("base64url");
  return `${MARK}.${signature.origin}.${itemId}.${signature.value}`;
}

/** Reads what `writeSignature` wrote, or a proof of the dialect's own. */
export function readSignature(text: string, own: DialectId): Signature {
  const [mark, name, itemId] = text.split(".", 3);
  const origin = ORIGINS.find((known) => known === name);
  if (mark !== MARK || origin === undefined || itemId === undefined) return { origin: own, value: text };
  const value = text.slice(`${mark}.${name}.${itemId}.`.length);
  return itemId === "" ? { origin, value } : { origin, value, itemId: Buffer.from(itemId, "base64url").toString() };
}
