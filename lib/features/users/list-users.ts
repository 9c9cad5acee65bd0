import type { z } from "zod";
import { containing } from "#lib/features/containing";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { after, type Page, pageOf } from "#lib/features/page";
import { ListUsersInput } from "./schema.ts";
import { type ShownUser, shownUser, USER_SHOWN } from "./shown-user.ts";

/** Lists the users of the whole platform, the newest first. */
export async function listUsers(
  ctx: PlatformContext,
  raw: z.input<typeof ListUsersInput> = {},
): Promise<Page<ShownUser>> {
  requirePermission(ctx, "users.read");
  const { cursor, limit, search } = ListUsersInput.parse(raw);
  const like = containing(search);
  const rows = await ctx.db.user.findMany({
    where: { AND: [after(cursor), search === undefined ? {} : { OR: [{ email: like }, { name: like }] }] },
    orderBy: { id: "desc" },
    take: limit + 1,
    select: USER_SHOWN,
  });
  return pageOf(rows, limit, shownUser);
}
