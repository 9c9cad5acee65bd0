import { audit } from "#lib/features/audit";
import type { PlatformContext } from "#lib/features/context";
import { revokeSessions } from "./sessions.ts";

type SignedIn = PlatformContext & { readonly sessionId: string };

/** Ends the session the context was opened with. Ending it twice is fine. */
export async function signOut(ctx: SignedIn): Promise<{ readonly ended: number }> {
  return end(ctx, { action: "account.sign-out", only: ctx.sessionId });
}

/** Ends all other sessions of the same user, on every device; they notice within seconds. */
export async function signOutElsewhere(ctx: SignedIn): Promise<{ readonly ended: number }> {
  return end(ctx, { action: "account.sign-out-elsewhere", except: ctx.sessionId });
}

type Ending = { readonly action: string; readonly only?: string; readonly except?: string };

async function end(ctx: SignedIn, { action, only, except }: Ending) {
  const userId = ctx.actor.id;
  const ended = await ctx.db.$transaction(async (tx) => {
    const count = await revokeSessions(tx, { userId, now: ctx.now(), only, except });
    await audit(tx, ctx, { action, target: userId, after: { sessions: count } });
    return count;
  });
  return { ended };
}
