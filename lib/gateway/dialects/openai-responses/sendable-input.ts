import { bufferOf } from "#lib/base/bytes";
import type { Json } from "#lib/gateway/conversation";
import { readSignature } from "#lib/gateway/dialects/foreign-signature";
import { listIn, objectIn, textIn } from "#lib/gateway/dialects/read";
import { parseExact } from "#lib/gateway/json-exact";
import { type JsonMember, memberOf, textOf } from "#lib/gateway/json-scan";
import { OWN } from "./own.ts";

/**
 * Gives the items of `input` that an upstream which stores nothing can read, or nothing where it can read them all.
 * Reasoning without a proof or thoughts of its own is only a name, which such an upstream refuses; a proof of another
 * provider is refused as forged.
 */
export function sendableInput(bytes: Uint8Array, members: readonly JsonMember[]): readonly Json[] | undefined {
  const input = memberOf(members, "input");
  if (input === undefined) return undefined;
  const text = bufferOf(bytes).subarray(input.valueStart, input.valueEnd);
  if (!text.includes('"reasoning"')) return undefined;
  const items = listIn(parseExact(textOf(text)));
  const sendable = items.filter(isSendable);
  return sendable.length === items.length ? undefined : sendable;
}

function isSendable(item: Json): boolean {
  const { type, encrypted_content, content } = objectIn(item) ?? {};
  if (type !== "reasoning") return true;
  const proof = textIn(encrypted_content);
  if (proof) return readSignature(proof, OWN).origin === OWN;
  return listIn(content).length > 0;
}
