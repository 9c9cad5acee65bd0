import type { Part, ReasoningPart, Signature } from "#lib/gateway/conversation";
import { DIALECT } from "./fields.ts";

export type PlacedPart = { readonly part: Part; readonly at: number };

/**
 * Puts proofs of ours back onto their parts: other dialects carry them as thoughts of their own, directly before the part
 * they belong to. One that has no such part stands alone, as Gemini itself sends it.
 */
export function attachProofs(parts: readonly Part[]): readonly PlacedPart[] {
  const placed: PlacedPart[] = [];
  let held: Signature | undefined;
  for (const [at, part] of parts.entries()) {
    const isTaken = held !== undefined && takesProof(part);
    if (held && !isTaken) placed.push(alone(held, at - 1));
    const proof = bareProof(part);
    if (proof === undefined) placed.push({ part: isTaken && held ? { ...part, signature: held } : part, at });
    held = proof;
  }
  return held ? [...placed, alone(held, parts.length - 1)] : placed;
}

const alone = (signature: Signature, at: number): PlacedPart => ({ part: { kind: "text", text: "", signature }, at });

const takesProof = (part: Part): part is Extract<Part, { kind: "text" | "tool-call" }> =>
  (part.kind === "text" || part.kind === "tool-call") && part.signature === undefined;

const bareProof = (part: Part): Signature | undefined =>
  part.kind === "reasoning" && isBareProof(part) ? part.signature : undefined;

/** True for a proof of ours without a thought. */
export const isBareProof = ({ text, isRedacted, signature }: Omit<ReasoningPart, "kind" | "form">) =>
  text === "" && isRedacted === true && signature?.origin === DIALECT;
