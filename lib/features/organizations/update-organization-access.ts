import type { z } from "zod";
import { AppError } from "#lib/base/errors";
import { CHANNELS } from "#lib/base/events";
import { audit } from "#lib/features/audit";
import { type FeatureContext, requirePermission } from "#lib/features/context";
import { listed } from "#lib/features/model-names";
import { notify } from "#lib/features/notify";
import { UpdateOrganizationAccessInput } from "./schema.ts";

const ACCESS = { models: true, plan: true } as const;

/** Sets an organisation's models and plan, and tells every gateway. What is not given stays. */
export async function updateOrganizationAccess(
  ctx: FeatureContext,
  raw: z.input<typeof UpdateOrganizationAccessInput>,
) {
  requirePermission(ctx, "organizations.write");
  const data = UpdateOrganizationAccessInput.parse(raw);
  const id = ctx.orgId;
  return ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM organization WHERE id = ${id}::uuid FOR UPDATE`;
    const before = await tx.organization.findUnique({ where: { id }, select: ACCESS });
    if (!before) throw new AppError("not_found", "There is no such organisation.", { param: "id" });
    const access = await tx.organization.update({ where: { id }, data, select: ACCESS });
    await audit(tx, ctx, {
      action: "organization.access",
      target: id,
      before: { models: listed(before.models), plan: before.plan },
      after: { models: listed(access.models), plan: access.plan },
    });
    await notify(tx, CHANNELS.organizationChanged, id);
    return { id, ...access };
  });
}
