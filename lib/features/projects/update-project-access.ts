import type { z } from "zod";
import { AppError } from "#lib/base/errors";
import { CHANNELS } from "#lib/base/events";
import { audit } from "#lib/features/audit";
import { type FeatureContext, requirePermission } from "#lib/features/context";
import { listed } from "#lib/features/model-names";
import { notify } from "#lib/features/notify";
import { UpdateProjectAccessInput } from "./schema.ts";

/** Sets the models that may be used in a project, and tells every gateway. */
export async function updateProjectAccess(ctx: FeatureContext, raw: z.input<typeof UpdateProjectAccessInput>) {
  requirePermission(ctx, "projects.write");
  const { id, models } = UpdateProjectAccessInput.parse(raw);
  return ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM project WHERE id = ${id}::uuid AND org_id = ${ctx.orgId}::uuid FOR UPDATE`;
    const project = await tx.project.findUnique({
      where: { id, orgId: ctx.orgId, archivedAt: null },
      select: { models: true },
    });
    if (!project) throw new AppError("not_found", "There is no such project.", { param: "projectId" });
    await tx.project.update({ where: { id }, data: { models } });
    await audit(tx, ctx, {
      action: "project.access",
      target: id,
      before: { models: listed(project.models) },
      after: { models: listed(models) },
    });
    await notify(tx, CHANNELS.organizationChanged, ctx.orgId);
    return { id, models };
  });
}
