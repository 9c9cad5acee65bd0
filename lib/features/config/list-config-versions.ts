import type { z } from "zod";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { ListConfigVersionsInput } from "./schema.ts";
import { findActive, VERSION_FACTS, type VersionFacts, versionFacts } from "./versions.ts";

type ConfigVersionPage = { readonly items: readonly VersionFacts[]; readonly nextCursor: string | null };

/** Lists versions, the newest first, without their documents. */
export async function listConfigVersions(
  ctx: PlatformContext,
  raw: z.input<typeof ListConfigVersionsInput> = {},
): Promise<ConfigVersionPage> {
  requirePermission(ctx, "config.read");
  const { cursor, limit } = ListConfigVersionsInput.parse(raw);
  const [active, rows] = await Promise.all([
    findActive(ctx.db),
    ctx.db.configVersion.findMany({
      where: cursor === undefined ? {} : { number: { lt: cursor } },
      orderBy: { number: "desc" },
      take: limit + 1,
      select: VERSION_FACTS,
    }),
  ]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => versionFacts(row, active)),
    nextCursor: rows.length > limit && last ? `${last.number}` : null,
  };
}
