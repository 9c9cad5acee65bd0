import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import { join } from "node:path";
import { newId } from "#lib/base/ids";
import type { OrgRole } from "#lib/base/permissions";
import { signOut } from "#lib/features/account/sign-out";
import { issueToken } from "#lib/features/tokens/issue-token";
import { ADMIN_PATH } from "#lib/mounts/admin-api/table";
import { openWorker } from "#lib/mounts/worker";
import { loadConfig } from "#lib/platform/config";
import { type Db, openDb } from "#lib/platform/db";
import { findFreePort } from "#scripts/postgres/scratch";
import { type GatewayProcess, startGatewayProcess } from "./gateway-process.ts";
import { createInstallation } from "./installation.ts";

export type Member = {
  readonly userId: string;
  readonly sessionId: string;
  readonly orgId: string;
  readonly projectId: string;
  readonly role: OrgRole;
};

const PUBLIC_URL = "https://switchyard.example";

export type IdentityStage = Awaited<ReturnType<typeof openIdentityStage>>;

/** One installation with two gateway processes and the Admin API, and people with keys and tokens in it. */
export async function openIdentityStage(document: Readonly<Record<string, unknown>>) {
  const installation = await createInstallation(document);
  const environment: Readonly<Record<string, string>> = { ...installation.environment, PUBLIC_URL };
  const worker = await openWorker(loadConfig({}, { ...environment, LOG_LEVEL: "error" }));
  worker.server.listen(0, "127.0.0.1");
  await once(worker.server, "listening");
  const db = openDb(installation.databaseUrl, 4);
  const gateways: GatewayProcess[] = [];
  const close = async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await worker.close(2_000);
    await db.$disconnect();
    await installation.close();
  };
  try {
    for (const name of ["one", "two"]) {
      // Refusals are asked for by the hundred here.
      const own = { ...environment, DATA_DIR: join(installation.dataDir, name), FAILED_AUTH_PER_MINUTE: "10000" };
      gateways.push(await startGatewayProcess({ port: await findFreePort(), environment: own }));
    }
  } catch (cause) {
    await close();
    throw cause;
  }
  return {
    installation,
    db,
    gateways,
    ...adminOf(worker.server, installation.keys.admin),
    ...peopleOf(db, environment.SECRETS_KEY ?? ""),
    close,
  };
}

function adminOf(server: Server, key: string) {
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  const admin = async (method: "GET" | "POST" | "DELETE", path: string, body?: unknown) => {
    const answer = await fetch(origin + ADMIN_PATH + path, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  };
  return {
    admin,
    /** An organisation with money. */
    async organization() {
      const { body } = await admin("POST", "/organizations", { name: randomBytes(6).toString("hex") });
      await admin("POST", `/organizations/${body.id}/credits`, { amountUsd: "5", reason: "test" });
      return { id: String(body.id), projectId: String(body.projectId), slug: String(body.slug) };
    },
  };
}

function peopleOf(db: Db, secretsKey: string) {
  const deps = { publicUrl: PUBLIC_URL, secretsKey, throttle: { take: () => undefined } };
  const contextOf = ({ userId, orgId, role, sessionId }: Member, at?: Date) => {
    const actor = { kind: "user", id: userId } as const;
    return { actor, platformRole: null, orgRole: role, orgId, db, now: () => at ?? new Date(), ip: null, sessionId };
  };
  return {
    contextOf,
    async member(org: Pick<Member, "projectId"> & { id: string }, role: OrgRole = "developer"): Promise<Member> {
      const [userId, sessionId] = [newId(), newId()];
      await db.user.create({ data: { id: userId, email: `${userId}@example.com`, name: "Ada" } });
      await db.membership.create({ data: { id: newId(), orgId: org.id, userId, role } });
      await db.session.create({ data: { id: sessionId, userId, expiresAt: new Date(Date.now() + 3_600_000) } });
      return { userId, sessionId, orgId: org.id, projectId: org.projectId, role };
    },
    /** A token as the portal issues it to somebody who is signed in. `at` is when. */
    async token(member: Member, { project, at }: { readonly project?: string; readonly at?: Date } = {}) {
      return (await issueToken(contextOf(member, at), { project }, deps)).accessToken;
    },
    signOut: (member: Member) => signOut(contextOf(member)),
  };
}
