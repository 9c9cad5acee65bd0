import type { z } from "zod";
import { AppError } from "#lib/base/errors";
import { CHANNELS } from "#lib/base/events";
import { audit } from "#lib/features/audit";
import { type FeatureContext, requirePermission } from "#lib/features/context";
import { notify } from "#lib/features/notify";
import { RevokeKeyInput } from "./schema.ts";

/** Revokes a key for good and tells every gateway. Revoking it again changes nothing. */
export async function revokeKey(ctx: FeatureContext, raw: z.input<typeof RevokeKeyInput>) {
  requirePermission(ctx, "keys.write");
  const { id } = RevokeKeyInput.parse(raw);
  const revokedAt = await ctx.db.$transaction(async (tx) => {
    const { count } = await tx.apiKey.updateMany({
      where: { id, orgId: ctx.orgId, revokedAt: null },
      data: { revokedAt: ctx.now() },
    });
    const key = await tx.apiKey.findUnique({
      where: { id, orgId: ctx.orgId },
      select: { name: true, publicId: true, revokedAt: true },
    });
    if (!key) throw new AppError("not_found", "There is no such key.", { param: "id" });
    if (count > 0) {
      await audit(tx, ctx, { action: "key.revoke", target: id, before: { name: key.name, publicId: key.publicId } });
      await notify(tx, CHANNELS.keyChanged, key.publicId);
    }
    return key.revokedAt;
  });
  return { id, revokedAt: revokedAt?.toISOString() ?? null };
}
