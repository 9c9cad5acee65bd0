/** Google's `standard` is what the others call `default`. */
export const readServiceTier = (tier: string): string | undefined => {
  const name = tier.toLowerCase();
  if (name === "unspecified" || name === "") return undefined;
  return name === "standard" ? "default" : name;
};

const TIERS: ReadonlyMap<string, string> = new Map([
  ["default", "standard"],
  ["standard", "standard"],
  ["flex", "flex"],
  ["priority", "priority"],
]);

/** Gives the tier as Google names it, or nothing where it has none like it. */
export const writeServiceTier = (tier: string): string | undefined => TIERS.get(tier);
