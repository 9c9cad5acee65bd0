import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId } from "#lib/base/ids";
import { openStage, type Stage } from "#tests/support/stage";
import { createIssueThrottle } from "./issue-throttle.ts";
import { issueToken } from "./issue-token.ts";
import { listPublicKeys } from "./list-public-keys.ts";
import { rotateSigningKeys } from "./rotate-signing-keys.ts";

const DAY_MS = 86_400_000;
const secretsKey = Buffer.alloc(32, 7).toString("base64");
const publicUrl = "https://switchyard.example";
const deps = { publicUrl, secretsKey, throttle: { take: () => undefined } };

let stage: Stage;
let userId: string;
beforeAll(async () => {
  stage = await openStage();
  const user = await stage.db.user.create({ data: { id: newId(), email: "ada@example.com", name: "Ada" } });
  userId = user.id;
});
afterAll(() => stage.close());
beforeEach(async () => {
  await stage.db.signingKey.deleteMany();
});

const sessionId = newId();
const member = (role: "owner" | "admin" | "developer" | "billing" | "viewer" = "developer", at?: Date) => ({
  ...stage.ours.as(role, userId),
  ...(at === undefined ? {} : { now: () => at }),
  sessionId,
});
const issue = (at?: Date) => issueToken(member("developer", at), { project: "default" }, deps);
const keyIdOf = async (at?: Date) => decodeProtectedHeader((await issue(at)).accessToken).kid;
const keySet = (now = new Date()) => listPublicKeys(stage.db, now);
const publishedIds = async (now?: Date) => (await keySet(now)).keys.map(({ kid }) => kid);

describe("issuing", () => {
  test("gives a token that names user, session and place, and verifies against the published keys", async () => {
    const issued = await issue();
    expect(issued).toEqual({ accessToken: expect.any(String), expiresIn: 600, tokenType: "Bearer" });
    const { payload, protectedHeader } = await jwtVerify(issued.accessToken, createLocalJWKSet(await keySet()), {
      algorithms: ["EdDSA"],
      issuer: publicUrl,
      audience: "switchyard-api",
      typ: "at+jwt",
    });
    expect(protectedHeader).toEqual({ alg: "EdDSA", typ: "at+jwt", kid: expect.any(String) });
    const iat = payload.iat ?? 0;
    expect(payload).toEqual({
      iss: publicUrl,
      aud: "switchyard-api",
      sub: userId,
      org: stage.ours.id,
      project: stage.ours.projectId,
      sid: sessionId,
      iat,
      exp: iat + 600,
      jti: expect.any(String),
    });
    expect(Math.abs(iat - Date.now() / 1_000)).toBeLessThan(5);
  });

  test("without a project it belongs to none", async () => {
    for (const input of [{}, { project: null }]) {
      const { accessToken } = await issueToken(member(), input, deps);
      expect(decodeJwt(accessToken)).toMatchObject({ org: stage.ours.id, project: null });
    }
  });

  test("is audited, without the token", async () => {
    const { accessToken } = await issue();
    const { jti } = decodeJwt(accessToken);
    const [row] = await stage.db.auditLog.findMany({ where: { target: jti } });
    expect(row).toMatchObject({ action: "token.issue", actorKind: "user", actorId: userId, orgId: stage.ours.id });
    expect(row?.after).toEqual({ project: stage.ours.projectId, sessionId });
    const everything = JSON.stringify(await stage.db.auditLog.findMany());
    for (const part of accessToken.split(".")) expect(everything).not.toContain(part);
  });

  test("404: a project of another organisation, an archived or unknown one", async () => {
    const data = { orgId: stage.theirs.id, name: "Theirs", slug: "theirs-only" };
    await stage.db.project.create({ data: { id: newId(), ...data } });
    const old = { orgId: stage.ours.id, name: "Old", slug: "old", archivedAt: new Date() };
    await stage.db.project.create({ data: { id: newId(), ...old } });
    for (const project of ["theirs-only", "old", "nowhere"])
      await expect(issueToken(member(), { project }, deps)).rejects.toMatchObject({ code: "not_found" });
  });

  test("400: what only the server may set (V-08)", async () => {
    for (const field of ["sub", "userId", "org", "orgId", "role", "sid", "exp", "iat", "expiresIn", "aud", "scope"]) {
      await expect(issueToken(member(), { [field]: newId() }, deps)).rejects.toMatchObject({ name: "ZodError" });
    }
    await expect(issueToken(member(), { project: "" }, deps)).rejects.toMatchObject({ name: "ZodError" });
  });

  test("403: for who may not use the API, for a stranger whatever the platform lets them do, and for no person", async () => {
    for (const role of ["billing", "viewer"] as const)
      await expect(issueToken(member(role), {}, deps)).rejects.toMatchObject({ code: "forbidden" });
    const operator = { ...stage.inside(stage.ours.id, { platform: "operator", userId }), sessionId };
    await expect(issueToken(operator, {}, deps)).rejects.toMatchObject({ code: "forbidden" });
    const key = { ...stage.ours.as("admin"), sessionId };
    await expect(issueToken(key, {}, deps)).rejects.toMatchObject({ code: "forbidden" });
    expect(await stage.db.signingKey.count()).toBe(0);
  });

  test("429: more than somebody can need", async () => {
    const throttle = createIssueThrottle();
    for (let time = 0; time < 30; time++) throttle.take(userId);
    await expect(issueToken(member(), {}, { ...deps, throttle })).rejects.toMatchObject({ code: "rate_limited" });
  });
});

describe("signing keys", () => {
  test("the first is made once, however many ask at the same time", async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => keyIdOf()));
    expect(new Set(ids).size).toBe(1);
    expect(await stage.db.signingKey.count()).toBe(1);
  });

  test("the private half is stored encrypted, bound to its row, and published never", async () => {
    await issue();
    await stage.db.signingKey.updateMany({ data: { createdAt: new Date(Date.now() - DAY_MS) } });
    const [row] = await stage.db.signingKey.findMany();
    expect(row?.publicJwk).toEqual({ kty: "OKP", crv: "Ed25519", x: expect.any(String) });
    expect(Object.keys((await keySet()).keys[0] ?? {}).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
    await stage.db.signingKey.updateMany({ data: { id: newId() } });
    await expect(issue()).rejects.toThrow(/does not open/);
    await expect(
      issueToken(member(), {}, { ...deps, secretsKey: Buffer.alloc(32, 8).toString("base64") }),
    ).rejects.toThrow(/does not open/);
  });

  test("rotation: published before it signs, the old one good for a day after, and then gone", async () => {
    const system = (at: number) => ({ ...stage.operator, now: () => new Date(at) });
    const rotate = (at: number) => rotateSigningKeys(system(at), secretsKey);
    const startMs = Date.now();
    const first = await keyIdOf(new Date(startMs));
    expect(await rotate(startMs + 29 * DAY_MS)).toEqual({ created: 0, retired: 0, deleted: 0 });

    const dueMs = startMs + 31 * DAY_MS;
    expect(await rotate(dueMs)).toEqual({ created: 1, retired: 0, deleted: 0 });
    expect(await rotate(dueMs)).toEqual({ created: 0, retired: 0, deleted: 0 });
    const [second, ...others] = await publishedIds();
    expect(others).toEqual([first]);
    expect(await keyIdOf(new Date(dueMs))).toBe(first);

    const nextMs = dueMs + DAY_MS;
    expect(await rotate(nextMs)).toEqual({ created: 0, retired: 1, deleted: 0 });
    expect(await rotate(nextMs)).toEqual({ created: 0, retired: 0, deleted: 0 });
    expect(await keyIdOf(new Date(nextMs))).toBe(second);
    expect(await publishedIds(new Date(nextMs + DAY_MS - 1))).toEqual([second, first]);
    expect(await publishedIds(new Date(nextMs + DAY_MS))).toEqual([second]);

    expect(await rotate(nextMs + DAY_MS)).toEqual({ created: 0, retired: 0, deleted: 1 });
    expect(await stage.db.signingKey.count()).toBe(1);
    const actions = await stage.db.auditLog.findMany({
      where: { target: { in: [first ?? "", second ?? ""] } },
      orderBy: { id: "asc" },
    });
    expect(actions.map(({ action }) => action)).toEqual([
      "signing-key.create",
      "signing-key.create",
      "signing-key.retire",
    ]);
  });

  test("rotation makes no key where none was ever needed, and works however late it comes", async () => {
    expect(await rotateSigningKeys(stage.operator, secretsKey)).toEqual({ created: 0, retired: 0, deleted: 0 });
    await issue(new Date(Date.now() - 400 * DAY_MS));
    expect(await rotateSigningKeys(stage.operator, secretsKey)).toEqual({ created: 1, retired: 0, deleted: 0 });
  });
});
