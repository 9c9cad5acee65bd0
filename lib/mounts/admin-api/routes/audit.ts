import { z } from "zod";
import { listAudit } from "#lib/features/audit-log/list-audit";
import { ListAuditInput } from "#lib/features/audit-log/schema";
import { defineRoute, plain } from "../route.ts";
import { id, pageOf, time } from "../shapes.ts";

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable();

export const auditRoutes = [
  defineRoute({
    ...plain,
    id: "listAudit",
    method: "GET",
    path: "/audit",
    summary: "List who did what, the newest first",
    query: ListAuditInput,
    output: pageOf(
      z.strictObject({
        id,
        at: time,
        actorKind: z.string(),
        actorId: z.string(),
        orgId: id.nullable(),
        action: z.string(),
        target: z.string(),
        before: facts,
        after: facts,
        ip: z.string().nullable(),
      }),
    ),
    run: ({ ctx, query }) => listAudit(ctx, query),
  }),
];
