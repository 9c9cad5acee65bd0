import { requireText } from "#lib/gateway/dialects/read";

/** The tiers of this dialect, by the words OpenAI has for them. */
const REQUESTED: ReadonlyMap<string, string> = new Map([
  ["auto", "auto"],
  ["default", "standard_only"],
]);

export function readServiceTier(value: unknown, path: string): string {
  const tier = requireText(value, path);
  return tier === "standard_only" ? "default" : tier;
}

/** Gives the tier to ask for, or nothing where there is none of the kind. */
export const requestedTierOf = (tier: string): string | undefined => REQUESTED.get(tier);

/** Reads and writes the tier a reply says it was served by. */
export const readUsedTier = (tier: string | undefined): string | undefined => (tier === "standard" ? "default" : tier);
export const usedTierOf = (tier: string | undefined): string | undefined => (tier === "default" ? "standard" : tier);
