import type { OrgRole, PlatformRole } from "#lib/base/permissions";
import type { RequestRecord } from "#lib/base/request-record";
import type { FeatureContext, PlatformContext } from "#lib/features/context";
import { createOrganization } from "#lib/features/organizations/create-organization";
import { usageRowOf } from "#lib/ledger/usage-row";
import { openDb } from "#lib/platform/db";
import { createTestDatabase } from "./database.ts";
import { recordOf } from "./request-record.ts";

type Acting = {
  readonly org?: OrgRole;
  readonly platform?: PlatformRole;
  readonly userId?: string;
  readonly now?: () => Date;
};

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** A database of its own with two organisations in it, and contexts for whoever acts on them. */
export async function openStage() {
  const database = await createTestDatabase();
  const db = openDb(database.databaseUrl, 8);
  const platform = (role: PlatformRole | null): PlatformContext => ({
    actor: { kind: "admin-key", id: "test" },
    platformRole: role,
    orgRole: null,
    orgId: null,
    db,
    now: () => new Date(),
    ip: "127.0.0.1",
  });
  const operator = platform("operator");
  const ours = await createOrganization(operator, { name: "Ours" });
  const theirs = await createOrganization(operator, { name: "Theirs" });
  const inside = (orgId: string, { org, platform: role, userId, now }: Acting): FeatureContext => ({
    ...platform(role ?? null),
    ...(userId === undefined ? {} : { actor: { kind: "user", id: userId } }),
    ...(now === undefined ? {} : { now }),
    orgRole: org ?? null,
    orgId,
  });
  return {
    databaseUrl: database.databaseUrl,
    db,
    operator,
    platform,
    inside,
    ours: { ...ours, as: (org: OrgRole, userId?: string) => inside(ours.id, { org, userId }) },
    theirs: { ...theirs, as: (org: OrgRole, userId?: string) => inside(theirs.id, { org, userId }) },
    /** Applies records the way the gateway's flusher does. */
    async record(...records: readonly Partial<RequestRecord>[]) {
      const full = records.map(recordOf);
      await db.$queryRaw`SELECT usage_apply(${`[${full.map((record) => usageRowOf(record)).join(",")}]`}::jsonb)::text`;
      return full;
    },
    async close() {
      await db.$disconnect();
      await database.drop();
    },
  };
}
