import type { z } from "zod";
import { AppError } from "#lib/base/errors";
import { audit } from "#lib/features/audit";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { UserInput } from "./schema.ts";
import { type ShownUser, shownUser, USER_SHOWN } from "./shown-user.ts";

/** Lets a disabled user in again; their old sessions stay ended. */
export async function enableUser(ctx: PlatformContext, raw: z.input<typeof UserInput>): Promise<ShownUser> {
  requirePermission(ctx, "users.write");
  const { id } = UserInput.parse(raw);
  return ctx.db.$transaction(async (tx) => {
    const { count } = await tx.user.updateMany({
      where: { id, disabledAt: { not: null } },
      data: { disabledAt: null },
    });
    const user = await tx.user.findUnique({ where: { id }, select: USER_SHOWN });
    if (!user) throw new AppError("not_found", "There is no such user.", { param: "id" });
    if (count > 0) await audit(tx, ctx, { action: "user.enable", target: id, after: { email: user.email } });
    return shownUser(user);
  });
}
