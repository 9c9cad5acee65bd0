import type { z } from "zod";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { pageOf } from "#lib/features/page";
import { ListRequestsInput } from "./schema.ts";
import { REQUEST_SHOWN, shownRequest } from "./shown-request.ts";

/** Lists requests, the newest first; inside an organisation only its own. Refused ones are among them. */
export async function listRequests(ctx: PlatformContext, raw: z.input<typeof ListRequestsInput> = {}) {
  requirePermission(ctx, "requests.read");
  const { limit, ...filter } = ListRequestsInput.parse(raw);
  const rows = await ctx.db.usageEvent.findMany({
    where: {
      AND: [
        ctx.orgId === null ? {} : { orgId: ctx.orgId },
        { orgId: filter.orgId, projectId: filter.projectId, keyId: filter.keyId, status: filter.status },
        { id: { lt: filter.cursor } },
        { id: { gte: filter.from && firstIdAt(filter.from), lt: filter.to && firstIdAt(filter.to) } },
        filter.model === undefined ? {} : { OR: [{ servedModel: filter.model }, { requestedModel: filter.model }] },
      ],
    },
    orderBy: { id: "desc" },
    take: limit + 1,
    select: REQUEST_SHOWN,
  });
  return pageOf(rows, limit, shownRequest);
}

/** The smallest id a request admitted at that time can have: ids start with their millisecond, and so do the partitions. */
function firstIdAt(time: string): string {
  const hex = Math.max(0, Date.parse(time)).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
