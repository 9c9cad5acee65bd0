import { createHmac, timingSafeEqual } from "node:crypto";

/** What a browser keeps after signing up: it shows that the one who confirms the address also chose the password. */
export const signUpProofOf = (userId: string, authSecret: string) =>
  createHmac("sha256", authSecret).update(`sign-up:${userId}`).digest("base64url");

export function isSignUpProof(proof: string | undefined, userId: string, authSecret: string): boolean {
  const expected = Buffer.from(signUpProofOf(userId, authSecret));
  const given = Buffer.from(proof ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}
