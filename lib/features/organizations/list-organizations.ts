import type { z } from "zod";
import { containing } from "#lib/features/containing";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { after, type Page, pageOf } from "#lib/features/page";
import { ListOrganizationsInput } from "./schema.ts";

export type OrganizationItem = {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly createdAt: string;
  readonly disabledAt: string | null;
};

/** Lists organisations, the newest first: all of them for the platform's people, for others their own. */
export async function listOrganizations(
  ctx: PlatformContext,
  raw: z.input<typeof ListOrganizationsInput> = {},
): Promise<Page<OrganizationItem>> {
  requirePermission(ctx, "organizations.read");
  const { cursor, limit, search } = ListOrganizationsInput.parse(raw);
  const like = containing(search);
  const rows = await ctx.db.organization.findMany({
    where: {
      AND: [
        ctx.orgId === null ? {} : { id: ctx.orgId },
        after(cursor),
        search === undefined ? {} : { OR: [{ name: like }, { slug: like }] },
      ],
    },
    orderBy: { id: "desc" },
    take: limit + 1,
    select: { id: true, name: true, slug: true, createdAt: true, disabledAt: true },
  });
  return pageOf(rows, limit, (row) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    disabledAt: row.disabledAt?.toISOString() ?? null,
  }));
}
