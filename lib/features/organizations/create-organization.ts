import type { z } from "zod";
import { newId } from "#lib/base/ids";
import { audit } from "#lib/features/audit";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { slugOf } from "#lib/features/slug";
import { CreateOrganizationInput } from "./schema.ts";

/** Creates an organisation with its first project. It has no members and no money yet. */
export async function createOrganization(ctx: PlatformContext, raw: z.input<typeof CreateOrganizationInput>) {
  requirePermission(ctx, "organizations.create");
  const { name } = CreateOrganizationInput.parse(raw);
  const createdAt = ctx.now();
  const organization = { id: newId(), name, slug: slugOf(name), createdAt };
  const projectId = newId();
  await ctx.db.$transaction(async (tx) => {
    await tx.organization.create({ data: organization });
    await tx.project.create({
      data: { id: projectId, orgId: organization.id, name: "Default", slug: "default", createdAt },
    });
    await audit(
      tx,
      { ...ctx, orgId: organization.id },
      {
        action: "organization.create",
        target: organization.id,
        after: { name, slug: organization.slug, projectId },
      },
    );
  });
  return { ...organization, createdAt: createdAt.toISOString(), projectId };
}
