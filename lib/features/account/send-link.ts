import type { z } from "zod";
import type { Tx } from "#lib/platform/db";
import { issueMailToken, type MailPurpose } from "./mail-token.ts";
import { resetMail, signInMail, verifyMail } from "./mails.ts";
import { noSoonerThan } from "./no-sooner-than.ts";
import { localeOf, MailLinkInput } from "./schema.ts";
import type { AccountDeps, VisitorContext } from "./visitor.ts";

const MAIL_OF = { verify: verifyMail, "sign-in": signInMail, reset: resetMail };

/** Mails a link that signs in once. An unknown address gets nothing and the same answer. */
export const sendSignInLink = (ctx: VisitorContext, raw: z.input<typeof MailLinkInput>, deps: AccountDeps) =>
  sendLink(ctx, raw, { ...deps, purpose: "sign-in" });

/** Mails a link that sets a new password. An unknown address gets nothing and the same answer. */
export const sendResetLink = (ctx: VisitorContext, raw: z.input<typeof MailLinkInput>, deps: AccountDeps) =>
  sendLink(ctx, raw, { ...deps, purpose: "reset" });

type LinkDeps = AccountDeps & { readonly purpose: "sign-in" | "reset" };

async function sendLink(ctx: VisitorContext, raw: z.input<typeof MailLinkInput>, deps: LinkDeps) {
  const { email } = MailLinkInput.parse(raw);
  deps.throttle.take(["mail/ip", ctx.ip ?? ""], ["mail/all", ""], ["mail/account", email]);
  await noSoonerThan(async () => {
    const user = await ctx.db.user.findUnique({ where: { email, disabledAt: null } });
    if (!user) return;
    // A sign-in link would let an address be used whose password a stranger may have chosen.
    const purpose = user.emailVerifiedAt === null && deps.purpose === "sign-in" ? "verify" : deps.purpose;
    await ctx.db.$transaction((tx) => mailLink({ tx, ctx, deps }, { user, purpose }));
  });
  return { sent: true };
}

type Sending = { readonly tx: Tx; readonly ctx: VisitorContext; readonly deps: AccountDeps };
type Addressee = { readonly id: string; readonly email: string; readonly locale: string };
type Link = { readonly user: Addressee; readonly purpose: MailPurpose };

/** In the account's own language: whoever asks for the mail is not always who reads it. */
export async function mailLink({ tx, ctx, deps }: Sending, { user, purpose }: Link): Promise<void> {
  const token = await issueMailToken(tx, { userId: user.id, purpose, now: ctx.now() });
  const addressee = { to: user.email, locale: localeOf(user.locale) };
  await deps.enqueueMail(tx, MAIL_OF[purpose](addressee, deps.publicUrl, token));
}
