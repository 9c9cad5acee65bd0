import { z } from "zod";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { after, pageOf } from "#lib/features/page";
import { ListAuditInput } from "./schema.ts";

const Facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable();

/** Lists who did what, the newest first; inside an organisation only what happened in it. */
export async function listAudit(ctx: PlatformContext, raw: z.input<typeof ListAuditInput> = {}) {
  requirePermission(ctx, "audit.read");
  const { cursor, limit, orgId, action, actorId, target } = ListAuditInput.parse(raw);
  const rows = await ctx.db.auditLog.findMany({
    where: {
      AND: [ctx.orgId === null ? {} : { orgId: ctx.orgId }, { orgId, action, actorId, target }, after(cursor)],
    },
    orderBy: { id: "desc" },
    take: limit + 1,
  });
  return pageOf(rows, limit, ({ at, before, after: afterwards, ...row }) => ({
    ...row,
    at: at.toISOString(),
    before: Facts.parse(before),
    after: Facts.parse(afterwards),
  }));
}
