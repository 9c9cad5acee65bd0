import type { JsonObject, ReasoningPart, Signature } from "#lib/gateway/conversation";
import { readSignature } from "#lib/gateway/dialects/foreign-signature";
import { listIn, objectIn, textIn } from "#lib/gateway/dialects/read";
import { OWN } from "./own.ts";

/** What stands between the paragraphs of one item, whose boundaries no other dialect has. */
export const PARAGRAPH = "\n\n";

/** Reads a reasoning item: its summary, its full thoughts, and its proof, which goes with the last of them. */
export function reasoningPartsOf(item: JsonObject): readonly ReasoningPart[] {
  const signature = proofOf(item);
  const shown = [...thoughtsIn(item.summary, "summary"), ...thoughtsIn(item.content, "full")];
  if (shown.length === 0) {
    return signature ? [{ kind: "reasoning", form: "full", text: "", isRedacted: true, signature }] : [];
  }
  return shown.map((part, at) => (signature && at === shown.length - 1 ? { ...part, signature } : part));
}

function thoughtsIn(list: unknown, form: ReasoningPart["form"]): readonly ReasoningPart[] {
  const texts = listIn(list).map((entry) => textIn(objectIn(entry)?.text) ?? "");
  return texts.length === 0 ? [] : [{ kind: "reasoning", form, text: texts.join(PARAGRAPH) }];
}

function proofOf({ encrypted_content, id }: JsonObject): Signature | undefined {
  const text = textIn(encrypted_content);
  if (text === undefined || text === "") return undefined;
  const signature = readSignature(text, OWN);
  return signature.origin === OWN && typeof id === "string" ? { ...signature, itemId: id } : signature;
}

/** Writes the shown part of a reasoning item. A withheld thought has neither summary nor content. */
export function writeThoughts({ form, text, isRedacted }: Omit<ReasoningPart, "kind">): JsonObject {
  if (isRedacted) return { summary: [] };
  if (form === "summary") return { summary: [{ type: "summary_text", text }] };
  return { summary: [], content: [{ type: "reasoning_text", text }] };
}
