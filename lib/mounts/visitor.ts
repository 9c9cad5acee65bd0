import { cookies } from "next/headers";
import type { VisitorContext } from "#lib/features/account/visitor";
import { readLocale } from "./locale.ts";
import { isHttps } from "./portal-config.ts";
import { openPortal, readOrigin } from "./portal-context.ts";

const PROOF_COOKIE = "switchyard.sign-up";
const PROOF_LIFETIME_S = 86_400;

/** Opens the context of a verb that nobody has to be signed in for. */
export async function openVisitorContext(): Promise<VisitorContext> {
  const { db } = openPortal();
  return {
    actor: { kind: "system", id: "portal" },
    platformRole: null,
    orgRole: null,
    orgId: null,
    db,
    now: () => new Date(),
    locale: await readLocale(),
    ...(await readOrigin()),
  };
}

/** Leaves in this browser what later shows that it was here that the password was chosen. */
export async function keepSignUpProof(proof: string): Promise<void> {
  (await cookies()).set(PROOF_COOKIE, proof, {
    httpOnly: true,
    sameSite: "lax",
    secure: isHttps(),
    path: "/",
    maxAge: PROOF_LIFETIME_S,
  });
}

export const readSignUpProof = async () => (await cookies()).get(PROOF_COOKIE)?.value;
