import type { z } from "zod";
import { AppError } from "#lib/base/errors";
import { newId } from "#lib/base/ids";
import { audit } from "#lib/features/audit";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { CreateUserInput } from "./schema.ts";
import { type ShownUser, shownUser, USER_SHOWN } from "./shown-user.ts";

/** Creates a user without a password, who signs in by mailed link and may set one. */
export async function createUser(ctx: PlatformContext, raw: z.input<typeof CreateUserInput>): Promise<ShownUser> {
  requirePermission(ctx, "users.write");
  const input = CreateUserInput.parse(raw);
  const user = { id: newId(), ...input, createdAt: ctx.now() };
  return ctx.db.$transaction(async (tx) => {
    const { count } = await tx.user.createMany({ data: [user], skipDuplicates: true });
    if (count === 0) throw new AppError("conflict", "This mail address has an account already.", { param: "email" });
    await audit(tx, ctx, { action: "user.create", target: user.id, after: { ...input } });
    return shownUser(await tx.user.findUniqueOrThrow({ where: { id: user.id }, select: USER_SHOWN }));
  });
}
