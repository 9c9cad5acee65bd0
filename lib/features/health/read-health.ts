import { type PlatformContext, requirePermission } from "#lib/features/context";

/** A gateway writes its heartbeat every few seconds; after this long without one it does not serve. */
const SILENT_MS = 30_000;
const GATEWAYS_MAX = 100;

/** Says which gateways are alive and which configuration is active. Throws where the database does not answer. */
export async function readHealth(ctx: PlatformContext) {
  requirePermission(ctx, "config.read");
  const startedMs = performance.now();
  const [gateways, active] = await Promise.all([
    ctx.db.gatewayInstance.findMany({
      where: { endedAt: null },
      orderBy: { id: "desc" },
      take: GATEWAYS_MAX,
      select: { id: true, host: true, pid: true, startedAt: true, heartbeatAt: true },
    }),
    ctx.db.configActivation.findFirst({ orderBy: { id: "desc" }, select: { version: true } }),
  ]);
  const silentSince = ctx.now().getTime() - SILENT_MS;
  return {
    databaseMs: Math.round(performance.now() - startedMs),
    configVersion: active?.version ?? null,
    gateways: gateways.map((row) => ({
      ...row,
      startedAt: row.startedAt.toISOString(),
      heartbeatAt: row.heartbeatAt.toISOString(),
      isAlive: row.heartbeatAt.getTime() >= silentSince,
    })),
  };
}
