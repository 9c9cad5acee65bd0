import type { z } from "zod";
import { AppError } from "#lib/base/errors";
import { type FeatureContext, requirePermission } from "#lib/features/context";
import { FindFirstRequestInput } from "./schema.ts";

export type FirstRequest = {
  /** False until the key has been used. */
  readonly seen: boolean;
  readonly at: string | null;
  readonly status: number | null;
  readonly model: string | null;
  readonly errorCode: string | null;
};

const NOT_SEEN: FirstRequest = { seen: false, at: null, status: null, model: null, errorCode: null };
const ERROR_STATUS_MIN = 400;
const SHOWN = { admittedAt: true, status: true, servedModel: true, requestedModel: true, errorCode: true } as const;

/** Gives the key's first request that went well; while there is none, its latest that failed. */
export async function findFirstRequest(
  ctx: FeatureContext,
  raw: z.input<typeof FindFirstRequestInput>,
): Promise<FirstRequest> {
  requirePermission(ctx, "keys.read");
  const { keyId } = FindFirstRequestInput.parse(raw);
  const key = await ctx.db.apiKey.findUnique({ where: { id: keyId, orgId: ctx.orgId }, select: { id: true } });
  if (!key) throw new AppError("not_found", "There is no such key.", { param: "keyId" });
  const mine = { keyId, orgId: ctx.orgId };
  const well = { ...mine, status: { lt: ERROR_STATUS_MIN } };
  const row =
    (await ctx.db.usageEvent.findFirst({ where: well, orderBy: { id: "asc" }, select: SHOWN })) ??
    (await ctx.db.usageEvent.findFirst({ where: mine, orderBy: { id: "desc" }, select: SHOWN }));
  if (!row) return NOT_SEEN;
  return {
    seen: true,
    at: row.admittedAt.toISOString(),
    status: row.status,
    model: row.servedModel || row.requestedModel,
    errorCode: row.errorCode,
  };
}
