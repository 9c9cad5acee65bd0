import type { Loss } from "../dialects/codec.ts";

/** Says why a deployment cannot be asked, where something would be lost that the answer depends on. */
export function lossesOfMeaning(losses: readonly Loss[]) {
  const meant = losses.filter(({ weight }) => weight === "meaning");
  if (meant.length === 0) return undefined;
  return { reason: `cannot carry ${meant.map(({ field }) => field).join(", ")}`, lossesOfMeaning: meant };
}
