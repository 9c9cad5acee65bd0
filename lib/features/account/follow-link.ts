import type { z } from "zod";
import { audit } from "#lib/features/audit";
import type { Tx } from "#lib/platform/db";
import { consumeMailToken, turnIntoReset } from "./mail-token.ts";
import { FollowLinkInput } from "./schema.ts";
import { openSession } from "./sessions.ts";
import { isSignUpProof } from "./sign-up-proof.ts";
import type { AccountDeps, VisitorContext } from "./visitor.ts";

export type FollowLinkOutcome =
  | { readonly kind: "signed-in"; readonly userId: string; readonly sessionId: string }
  /** Confirmed, but not by the browser that chose the password: that one is gone, and the link now sets another. */
  | { readonly kind: "confirmed" }
  | { readonly kind: "invalid-link" };

type FollowLinkDeps = AccountDeps & { readonly signUpProof: string | undefined };

/**
 * Uses up a mailed link: confirms the address, and signs in unless a stranger may have chosen the password. Such a
 * password must not outlive the confirmation, or the stranger would hold a key to the owner's account.
 */
export async function followLink(
  ctx: VisitorContext,
  raw: z.input<typeof FollowLinkInput>,
  deps: FollowLinkDeps,
): Promise<FollowLinkOutcome> {
  deps.throttle.take(["link/ip", ctx.ip ?? ""]);
  const { token } = FollowLinkInput.parse(raw);
  return ctx.db.$transaction(async (tx) => {
    const used = await consumeMailToken(tx, { token, purposes: ["verify", "sign-in"], now: ctx.now() });
    if (!used) return { kind: "invalid-link" };
    const { userId, purpose } = used;
    const user = await tx.user.findUnique({ where: { id: userId, disabledAt: null } });
    if (!user) return { kind: "invalid-link" };
    const isByStranger = purpose === "verify" && !isSignUpProof(deps.signUpProof, userId, deps.authSecret);
    if (user.emailVerifiedAt === null) await confirmEmail(tx, ctx, { userId, keepsPassword: !isByStranger });
    if (isByStranger) {
      await turnIntoReset(tx, { id: used.id, now: ctx.now() });
      return { kind: "confirmed" };
    }
    const sessionId = await openSession(tx, ctx, { userId, by: "mail-link" });
    return { kind: "signed-in", userId, sessionId };
  });
}

type Confirmation = { readonly userId: string; readonly keepsPassword: boolean };

async function confirmEmail(tx: Tx, ctx: VisitorContext, { userId, keepsPassword }: Confirmation): Promise<void> {
  const data = { emailVerifiedAt: ctx.now(), ...(keepsPassword ? {} : { passwordHash: null }) };
  await tx.user.update({ where: { id: userId }, data });
  const actor = { kind: "user", id: userId } as const;
  await audit(tx, { ...ctx, actor }, { action: "account.confirm-email", target: userId });
}
