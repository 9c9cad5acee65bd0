import { AppError } from "#lib/base/errors";
import type { FeatureContext, PlatformContext } from "#lib/features/context";

/** Gives the context of a verb inside an organisation; an unknown one is refused with 404. */
export async function openOrganization(ctx: PlatformContext, orgId: string): Promise<FeatureContext> {
  const found = await ctx.db.organization.findUnique({ where: { id: orgId }, select: { id: true } });
  if (!found) throw new AppError("not_found", "There is no such organisation.", { param: "id" });
  return { ...ctx, orgId };
}
