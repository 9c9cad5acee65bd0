import type { z } from "zod";
import { audit } from "#lib/features/audit";
import type { Tx } from "#lib/platform/db";
import { consumeMailToken } from "./mail-token.ts";
import { passwordChangedMail } from "./mails.ts";
import { hashPassword } from "./password.ts";
import { localeOf, ResetPasswordInput } from "./schema.ts";
import { revokeSessions } from "./sessions.ts";
import type { AccountDeps, VisitorContext } from "./visitor.ts";

export type ResetOutcome = { readonly kind: "changed"; readonly email: string } | { readonly kind: "invalid-link" };

/** Sets a new password with a mailed link, confirms the address by it and signs every session out. */
export async function resetPassword(
  ctx: VisitorContext,
  raw: z.input<typeof ResetPasswordInput>,
  deps: AccountDeps,
): Promise<ResetOutcome> {
  deps.throttle.take(["link/ip", ctx.ip ?? ""]);
  const { token, password } = ResetPasswordInput.parse(raw);
  const passwordHash = await hashPassword(password);
  return ctx.db.$transaction(async (tx) => {
    const used = await consumeMailToken(tx, { token, purposes: ["reset"], now: ctx.now() });
    const user = used && (await changePassword(tx, ctx, { userId: used.userId, passwordHash }));
    if (user === undefined) return { kind: "invalid-link" };
    const { email, locale } = user;
    await deps.enqueueMail(tx, passwordChangedMail({ to: email, locale: localeOf(locale) }, deps.publicUrl));
    deps.throttle.clear("sign-in/account", email);
    return { kind: "changed", email };
  });
}

type Change = { readonly userId: string; readonly passwordHash: string };

async function changePassword(tx: Tx, ctx: VisitorContext, { userId, passwordHash }: Change) {
  const user = await tx.user.findUnique({ where: { id: userId, disabledAt: null } });
  if (!user) return undefined;
  const now = ctx.now();
  await tx.user.update({
    where: { id: userId },
    data: { passwordHash, emailVerifiedAt: user.emailVerifiedAt ?? now },
  });
  await tx.mailToken.updateMany({ where: { userId, usedAt: null }, data: { usedAt: now } });
  await revokeSessions(tx, { userId, now });
  const actor = { kind: "user", id: userId } as const;
  await audit(tx, { ...ctx, actor }, { action: "account.reset-password", target: userId });
  return user;
}
