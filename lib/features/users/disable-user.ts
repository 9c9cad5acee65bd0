import type { z } from "zod";
import { AppError } from "#lib/base/errors";
import { CHANNELS } from "#lib/base/events";
import { audit } from "#lib/features/audit";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { notify } from "#lib/features/notify";
import type { Tx } from "#lib/platform/db";
import { UserInput } from "./schema.ts";
import { type ShownUser, shownUser, USER_SHOWN } from "./shown-user.ts";

/** Locks a user out and ends all their sessions. The last operator stays, or nobody could let anyone in again. */
export async function disableUser(ctx: PlatformContext, raw: z.input<typeof UserInput>): Promise<ShownUser> {
  requirePermission(ctx, "users.write");
  const { id } = UserInput.parse(raw);
  if (ctx.actor.kind === "user" && ctx.actor.id === id)
    throw new AppError("conflict", "You cannot disable yourself.", { param: "id" });
  return ctx.db.$transaction(async (tx) => {
    await lockOperators(tx);
    const user = await tx.user.findUnique({ where: { id }, select: USER_SHOWN });
    if (!user) throw new AppError("not_found", "There is no such user.", { param: "id" });
    if (user.disabledAt !== null) return shownUser(user);
    if (user.platformRole === "operator") await requireAnotherOperator(tx, id);
    const now = ctx.now();
    await tx.user.update({ where: { id }, data: { disabledAt: now } });
    await tx.session.updateMany({ where: { userId: id, revokedAt: null }, data: { revokedAt: now } });
    await audit(tx, ctx, { action: "user.disable", target: id, after: { email: user.email } });
    await notify(tx, CHANNELS.sessionChanged, id);
    return shownUser({ ...user, disabledAt: now });
  });
}

// Two operators disabling each other at the same moment must not both succeed.
async function lockOperators(tx: Pick<Tx, "$queryRaw">): Promise<void> {
  await tx.$queryRaw`SELECT id FROM app_user WHERE platform_role = 'operator' ORDER BY id FOR UPDATE`;
}

async function requireAnotherOperator(tx: Tx, id: string): Promise<void> {
  const others = await tx.user.count({ where: { platformRole: "operator", disabledAt: null, id: { not: id } } });
  if (others === 0) throw new AppError("conflict", "This is the last operator.", { param: "id" });
}
