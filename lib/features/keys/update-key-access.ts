import type { z } from "zod";
import { AppError } from "#lib/base/errors";
import { CHANNELS } from "#lib/base/events";
import { audit } from "#lib/features/audit";
import { type FeatureContext, requirePermission } from "#lib/features/context";
import { listed } from "#lib/features/model-names";
import { notify } from "#lib/features/notify";
import { readAddresses } from "./read-addresses.ts";
import { UpdateKeyAccessInput } from "./schema.ts";

const ACCESS = { endpoints: true, models: true, allowedIps: true } as const;

/** Sets what a key may be used for, and tells every gateway. Lists that are not given stay; a revoked key is past changing. */
export async function updateKeyAccess(ctx: FeatureContext, raw: z.input<typeof UpdateKeyAccessInput>) {
  requirePermission(ctx, "keys.write");
  const { id, ...input } = UpdateKeyAccessInput.parse(raw);
  const data = { ...input, allowedIps: input.allowedIps && readAddresses(input.allowedIps) };
  return ctx.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM api_key WHERE id = ${id}::uuid AND org_id = ${ctx.orgId}::uuid FOR UPDATE`;
    const key = await tx.apiKey.findUnique({
      where: { id, orgId: ctx.orgId },
      select: { publicId: true, revokedAt: true, ...ACCESS },
    });
    if (!key) throw new AppError("not_found", "There is no such key.", { param: "id" });
    if (key.revokedAt !== null) throw new AppError("conflict", "This key is revoked.", { param: "id" });
    const access = await tx.apiKey.update({ where: { id }, data, select: ACCESS });
    await audit(tx, ctx, { action: "key.access", target: id, before: factsOf(key), after: factsOf(access) });
    await notify(tx, CHANNELS.keyChanged, key.publicId);
    return { id, ...access };
  });
}

type Access = Readonly<Record<keyof typeof ACCESS, readonly string[]>>;

const factsOf = ({ endpoints, models, allowedIps }: Access) => ({
  endpoints: listed(endpoints),
  models: listed(models),
  allowedIps: listed(allowedIps),
});
