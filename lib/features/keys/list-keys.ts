import type { z } from "zod";
import { type FeatureContext, requirePermission } from "#lib/features/context";
import { after, type Page, pageOf } from "#lib/features/page";
import { ListKeysInput } from "./schema.ts";

export type KeyStatus = "active" | "expired" | "revoked";

export type KeyItem = {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly publicId: string;
  readonly last4: string;
  readonly projectId: string | null;
  /** What it may be used for, with which models, from where; an empty list does not restrict. */
  readonly endpoints: readonly string[];
  readonly models: readonly string[];
  readonly allowedIps: readonly string[];
  readonly createdByName: string | null;
  readonly createdAt: string;
  readonly firstUsedAt: string | null;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly status: KeyStatus;
};

const SHOWN = {
  id: true,
  name: true,
  kind: true,
  publicId: true,
  last4: true,
  projectId: true,
  endpoints: true,
  models: true,
  allowedIps: true,
  createdAt: true,
  firstUsedAt: true,
  lastUsedAt: true,
  expiresAt: true,
  revokedAt: true,
  createdBy: { select: { name: true } },
} as const;

/** Lists the organisation's keys, the newest first; revoked and expired ones too. Times are ISO 8601. */
export async function listKeys(ctx: FeatureContext, raw: z.input<typeof ListKeysInput> = {}): Promise<Page<KeyItem>> {
  requirePermission(ctx, "keys.read");
  const { cursor, limit, projectId } = ListKeysInput.parse(raw);
  const rows = await ctx.db.apiKey.findMany({
    where: { orgId: ctx.orgId, projectId, ...after(cursor) },
    orderBy: { id: "desc" },
    take: limit + 1,
    select: SHOWN,
  });
  const now = ctx.now();
  return pageOf(rows, limit, ({ createdBy, ...row }) => ({
    ...row,
    createdByName: createdBy?.name ?? null,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    firstUsedAt: row.firstUsedAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    status: statusOf(row, now),
  }));
}

type Dates = { readonly revokedAt: Date | null; readonly expiresAt: Date | null };

function statusOf({ revokedAt, expiresAt }: Dates, now: Date): KeyStatus {
  if (revokedAt !== null) return "revoked";
  return expiresAt !== null && expiresAt <= now ? "expired" : "active";
}
