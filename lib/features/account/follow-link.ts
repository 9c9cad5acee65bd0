import type { z } from "zod";
import { audit } from "#lib/features/audit";
import type { Tx } from "#lib/platform/db";
import { consumeMailToken } from "./mail-token.ts";
import { FollowLinkInput } from "./schema.ts";
import { openSession } from "./sessions.ts";
import { isSignUpProof } from "./sign-up-proof.ts";
import type { AccountDeps, VisitorContext } from "./visitor.ts";

export type FollowLinkOutcome =
  | { readonly kind: "signed-in"; readonly userId: string; readonly sessionId: string }
  /** The address is confirmed, but by another browser than the one that chose the password. */
  | { readonly kind: "confirmed" }
  | { readonly kind: "invalid-link" };

type FollowLinkDeps = AccountDeps & { readonly signUpProof: string | undefined };

/** Uses up a mailed link: confirms the address, and signs in unless a stranger may have chosen the password. */
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
    if (user.emailVerifiedAt === null) await confirmEmail(tx, ctx, userId);
    if (purpose === "verify" && !isSignUpProof(deps.signUpProof, userId, deps.authSecret)) return { kind: "confirmed" };
    const sessionId = await openSession(tx, ctx, { userId, by: "mail-link" });
    return { kind: "signed-in", userId, sessionId };
  });
}

async function confirmEmail(tx: Tx, ctx: VisitorContext, userId: string): Promise<void> {
  await tx.user.update({ where: { id: userId }, data: { emailVerifiedAt: ctx.now() } });
  const actor = { kind: "user", id: userId } as const;
  await audit(tx, { ...ctx, actor }, { action: "account.confirm-email", target: userId });
}
