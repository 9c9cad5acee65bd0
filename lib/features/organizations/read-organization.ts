import { AppError } from "#lib/base/errors";
import { formatUsd } from "#lib/base/units";
import { type FeatureContext, requirePermission } from "#lib/features/context";
import { readBalances } from "#lib/ledger/balance";

const PROJECTS_MAX = 200;

/** Reads the organisation with its projects and its money, in dollars with nine places. */
export async function readOrganization(ctx: FeatureContext) {
  requirePermission(ctx, "organizations.read");
  const [row, balances] = await Promise.all([
    ctx.db.organization.findUnique({
      where: { id: ctx.orgId },
      select: {
        id: true,
        name: true,
        slug: true,
        plan: true,
        models: true,
        createdAt: true,
        disabledAt: true,
        projects: {
          select: { id: true, name: true, slug: true, models: true },
          orderBy: { id: "asc" },
          take: PROJECTS_MAX,
        },
      },
    }),
    readBalances(ctx.db, [ctx.orgId]),
  ]);
  if (!row) throw new AppError("not_found", "There is no such organisation.", { param: "id" });
  const money = balances.get(row.id);
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    disabledAt: row.disabledAt?.toISOString() ?? null,
    balanceUsd: formatUsd(money?.balance ?? 0n),
    availableUsd: formatUsd(money?.available ?? 0n),
  };
}
