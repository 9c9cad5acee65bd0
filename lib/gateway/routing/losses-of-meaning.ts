import type { Loss } from "../dialects/codec.ts";
import { lossNames } from "../dialects/loss-names.ts";

/** Says why a deployment cannot be asked, where something would be lost that the answer depends on. */
export function lossesOfMeaning(losses: readonly Loss[]) {
  const meant = lossNames(losses.filter(({ weight }) => weight === "meaning"));
  return meant.length === 0 ? undefined : { reason: `cannot carry ${meant.join(", ")}`, meant };
}
