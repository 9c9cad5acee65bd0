import { newId } from "#lib/base/ids";
import type { OrgRole, PlatformRole } from "#lib/base/permissions";
import { NO_USAGE, type RequestRecord } from "#lib/base/request-record";
import { nanoUsd } from "#lib/base/units";
import type { FeatureContext, PlatformContext } from "#lib/features/context";
import { createOrganization } from "#lib/features/organizations/create-organization";
import { usageRowOf } from "#lib/ledger/usage-row";
import { openDb } from "#lib/platform/db";
import { createTestDatabase } from "./database.ts";

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
      await db.$queryRaw`SELECT usage_apply(${`[${full.map(usageRowOf).join(",")}]`}::jsonb)::text`;
      return full;
    },
    async close() {
      await db.$disconnect();
      await database.drop();
    },
  };
}

const recordOf = (given: Partial<RequestRecord>): RequestRecord => {
  const admittedAtMs = given.admittedAtMs ?? Date.now();
  return {
    id: newId(admittedAtMs),
    admittedAtMs,
    orgId: null,
    projectId: null,
    memberId: null,
    keyId: null,
    endpoint: "chat.completions",
    requestedModel: "m",
    servedModel: "m",
    provider: "p",
    deployment: "m/d",
    status: 200,
    outcome: "completed",
    errorCode: null,
    isStream: false,
    isTest: false,
    requests: 1,
    attempts: [],
    rejected: [],
    cache: "bypass",
    usage: { ...NO_USAGE, inputTokens: 5, outputTokens: 7 },
    cost: nanoUsd(19_000n),
    upstreamCost: nanoUsd(11n),
    configVersion: 1,
    durationMs: 20,
    firstByteMs: 5,
    ...given,
  };
};
