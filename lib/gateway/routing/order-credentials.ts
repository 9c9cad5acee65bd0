import type { Credential } from "./table.ts";

/** Orders credentials: one drawn by weight comes first, the others follow as given. `random` gives 0 (included) to 1. */
export function orderCredentials(credentials: readonly Credential[], random: () => number): readonly Credential[] {
  if (credentials.length < 2) return credentials;
  const total = credentials.reduce((sum, { weight }) => sum + weight, 0);
  let left = random() * total;
  const drawn = credentials.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return drawn === undefined ? credentials : [drawn, ...credentials.filter((other) => other !== drawn)];
}
