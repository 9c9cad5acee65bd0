import type { z } from "zod";
import { noSoonerThan } from "./no-sooner-than.ts";
import { passwordMatches } from "./password.ts";
import { SignInInput } from "./schema.ts";
import { mailLink } from "./send-link.ts";
import { openSession } from "./sessions.ts";
import type { AccountDeps, VisitorContext } from "./visitor.ts";

export type SignInOutcome =
  | { readonly kind: "signed-in"; readonly userId: string; readonly sessionId: string }
  | { readonly kind: "invalid-credentials" };

// A link mailed this recently may still be on its way.
const REMIND_AFTER_MS = 300_000;

/**
 * Checks mail address and password and opens a session. An unknown address costs the same time as a wrong password,
 * and so does a right one whose address nobody has confirmed: told apart, it would show whoever signed up with a
 * stranger's address whether that already had an account. The link that confirms it is mailed again instead.
 */
export async function signIn(
  ctx: VisitorContext,
  raw: z.input<typeof SignInInput>,
  deps: AccountDeps,
): Promise<SignInOutcome> {
  const { email, password } = SignInInput.parse(raw);
  deps.throttle.take(["sign-in/ip", ctx.ip ?? ""], ["sign-in/all", ""], ["sign-in/account", email]);
  const user = await ctx.db.user.findUnique({ where: { email } });
  const matches = await passwordMatches(user?.passwordHash, password);
  const known = matches && user?.disabledAt === null ? user : undefined;
  if (known === undefined || known.emailVerifiedAt === null) {
    await noSoonerThan(async () => {
      if (known) await remind(ctx, known, deps);
    });
    return { kind: "invalid-credentials" };
  }
  deps.throttle.clear("sign-in/account", email);
  const sessionId = await ctx.db.$transaction((tx) => openSession(tx, ctx, { userId: known.id, by: "password" }));
  return { kind: "signed-in", userId: known.id, sessionId };
}

type User = { readonly id: string; readonly email: string; readonly locale: string };

/** Mails the link anew, unless it just was: what counts is when, so that no limit shared with other mails tells of it. */
async function remind(ctx: VisitorContext, user: User, deps: AccountDeps): Promise<void> {
  const createdAt = { gt: new Date(ctx.now().getTime() - REMIND_AFTER_MS) };
  const recent = await ctx.db.mailToken.count({ where: { userId: user.id, purpose: "verify", createdAt } });
  if (recent === 0) await ctx.db.$transaction((tx) => mailLink({ tx, ctx, deps }, { user, purpose: "verify" }));
}
