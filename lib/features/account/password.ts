import { hash, verify } from "@node-rs/argon2";

// OWASP's floor for argon2id, which is this library's default algorithm: 19 MiB, two passes, one lane.
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** What an unknown account is checked against, so that its answer takes as long as a wrong password. */
let decoy: Promise<string> | undefined;

export const hashPassword = (password: string) => hash(password, PARAMETERS);

/** True when the password belongs to the stored hash; without a hash the same work is done for nothing. */
export async function passwordMatches(stored: string | null | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword("no account has this password");
  const matches = await verify(stored ?? (await decoy), password);
  return matches && typeof stored === "string";
}
