import type { Loss } from "#lib/gateway/dialects/codec";

/** There is one answer in this dialect; further ones are lost. */
export const CHOICES_LOST: Loss = { field: "choices", weight: "meaning" };

/** Reports a part that no item of this dialect can hold. */
export const partLost = (part: number): Loss => ({ field: `choices.0.parts.${part}`, weight: "meaning" });

/** Reports a proof that came after its part had begun, where only a place before it would do. */
export const signatureLost = (part: number): Loss => ({
  field: `choices.0.parts.${part}.signature`,
  weight: "harmless",
});
