import type { z } from "zod";
import { passwordMatches } from "./password.ts";
import { SignInInput } from "./schema.ts";
import { mailLink } from "./send-link.ts";
import { openSession } from "./sessions.ts";
import type { AccountDeps, VisitorContext } from "./visitor.ts";

export type SignInOutcome =
  | { readonly kind: "signed-in"; readonly userId: string; readonly sessionId: string }
  | { readonly kind: "invalid-credentials" }
  /** The password was right, but nobody has confirmed the address: a new link is on its way. */
  | { readonly kind: "unverified" };

/** Checks mail address and password and opens a session. An unknown address costs the same time as a wrong password. */
export async function signIn(
  ctx: VisitorContext,
  raw: z.input<typeof SignInInput>,
  deps: AccountDeps,
): Promise<SignInOutcome> {
  const { email, password } = SignInInput.parse(raw);
  deps.throttle.take(["sign-in/ip", ctx.ip ?? ""], ["sign-in/all", ""], ["sign-in/account", email]);
  const user = await ctx.db.user.findUnique({ where: { email } });
  const matches = await passwordMatches(user?.passwordHash, password);
  if (!user || !matches || user.disabledAt !== null) return { kind: "invalid-credentials" };
  deps.throttle.clear("sign-in/account", email);
  if (user.emailVerifiedAt === null) {
    deps.throttle.take(["mail/account", email]);
    await ctx.db.$transaction((tx) => mailLink({ tx, ctx, deps }, { user, purpose: "verify" }));
    return { kind: "unverified" };
  }
  const sessionId = await ctx.db.$transaction((tx) => openSession(tx, ctx, { userId: user.id, by: "password" }));
  return { kind: "signed-in", userId: user.id, sessionId };
}
