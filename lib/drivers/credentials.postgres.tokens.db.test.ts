import { beforeAll, describe, expect, test } from "vitest";
import { CHANNELS } from "#lib/base/events";
import { newId } from "#lib/base/ids";
import { ORG_ROLES } from "#lib/base/permissions";
import { createKey } from "#lib/features/keys/create-key";
import { claimsOf, newSigner, type Signer, signToken } from "#tests/support/access-tokens";
import { credentialsOfFile, HERE, ISSUER } from "#tests/support/credentials";
import { hostileTokens, STRANGERS } from "#tests/support/hostile-tokens";
import { KEY_DEPS } from "#tests/support/keys";

const { stage, credentials, queries, later, find } = credentialsOfFile();

const NO_SEAL = { ciphertext: new Uint8Array(), nonce: new Uint8Array(), wrappedKey: new Uint8Array() };

async function plantSigner(given: { readonly retiredAt?: Date } = {}): Promise<Signer> {
  const signer = newSigner();
  const { x = "" } = signer.publicKey.export({ format: "jwk" });
  const publicJwk = { kty: "OKP", crv: "Ed25519", x };
  await stage().db.signingKey.create({
    data: { id: signer.kid, publicJwk, wrapNonce: new Uint8Array(), ...NO_SEAL, ...given },
  });
  return signer;
}

/** A member with a session of the portal, and the claims of a token for them. */
async function plantMember(role: string = "developer") {
  const user = await stage().db.user.create({ data: { id: newId(), email: `${newId()}@example.com`, name: "Ada" } });
  const membership = await stage().db.membership.create({
    data: { id: newId(), orgId: stage().ours.id, userId: user.id, role },
  });
  const expiresAt = new Date(Date.now() + 3_600_000);
  const session = await stage().db.session.create({ data: { id: newId(), userId: user.id, expiresAt } });
  const claims = claimsOf({
    iss: ISSUER,
    sub: user.id,
    sid: session.id,
    org: stage().ours.id,
    project: stage().ours.projectId,
  });
  return { user, membership, session, claims };
}

describe("an access token", () => {
  let signer: Signer;
  beforeAll(async () => {
    signer = await plantSigner();
  });

  test("speaks for its user, in their organisation and project, with their role and no key", async () => {
    const { user, claims } = await plantMember("admin");
    await stage().db.organization.update({
      where: { id: stage().ours.id },
      data: { plan: "gold", models: ["a", "b"] },
    });
    await stage().db.project.update({ where: { id: stage().ours.projectId }, data: { models: ["b"] } });
    expect(await find(signToken(signer, claims))).toEqual({
      credentialId: `user:${user.id}`,
      keyId: null,
      orgId: stage().ours.id,
      projectId: stage().ours.projectId,
      memberId: user.id,
      isTest: false,
      access: {
        organizationNames: [stage().ours.id, stage().ours.slug],
        plan: "gold",
        role: "admin",
        scopes: null,
        modelSets: [new Set(["a", "b"]), new Set(["b"])],
        admitsAddress: null,
      },
    });
    const without = await find(signToken(signer, { ...claims, project: null }));
    expect(without).toMatchObject({ projectId: null, access: { modelSets: [new Set(["a", "b"])] } });
  });

  test("asks the database nothing while it is fresh", async () => {
    const { claims } = await plantMember();
    const token = signToken(signer, claims);
    await find(token);
    const asked = queries().length;
    for (let time = 0; time < 100; time++) expect(credentials().find(token, HERE)).not.toBeInstanceOf(Promise);
    expect(queries()).toHaveLength(asked);
  });

  test("counts no more when its session is over, its user disabled or no member, or its place gone", async () => {
    const ends = [
      ({ session }) => stage().db.session.update({ where: { id: session.id }, data: { revokedAt: new Date() } }),
      ({ session }) => stage().db.session.update({ where: { id: session.id }, data: { expiresAt: new Date() } }),
      ({ user }) => stage().db.user.update({ where: { id: user.id }, data: { disabledAt: new Date() } }),
      ({ membership }) => stage().db.membership.delete({ where: { id: membership.id } }),
      ({ membership }) => stage().db.membership.update({ where: { id: membership.id }, data: { role: "viewer" } }),
    ] satisfies ((member: Awaited<ReturnType<typeof plantMember>>) => Promise<unknown>)[];
    for (const end of ends) {
      const member = await plantMember();
      const token = signToken(signer, member.claims);
      expect(await find(token)).not.toBeNull();
      await end(member);
      later();
      expect({ end: `${end}`, found: await find(token) }).toEqual({ end: `${end}`, found: null });
    }
  });

  test("is not accepted of a role that may not use one", async () => {
    for (const role of ORG_ROLES) {
      const { claims } = await plantMember(role);
      const isAccepted = (await find(signToken(signer, claims))) !== null;
      expect({ role, isAccepted }).toEqual({ role, isAccepted: ["owner", "admin", "developer"].includes(role) });
    }
  });

  test("is not accepted for a place that is not its user's: another organisation, another's project, another's session", async () => {
    const { claims } = await plantMember();
    const other = await plantMember();
    const archived = await stage().db.project.create({
      data: { id: newId(), orgId: stage().ours.id, name: "Old", slug: newId(), archivedAt: new Date() },
    });
    const wrong = [
      { org: stage().theirs.id, project: null },
      { org: stage().theirs.id, project: stage().theirs.projectId },
      { project: stage().theirs.projectId },
      { project: archived.id },
      { project: newId() },
      { sid: other.session.id },
      { sid: newId() },
      { sub: other.user.id },
    ];
    for (const changed of wrong)
      expect({ changed, found: await find(signToken(signer, { ...claims, ...changed })) }).toEqual({
        changed,
        found: null,
      });
  });

  test("refused: all that is wrong, without a single question to the database", async () => {
    const { claims } = await plantMember();
    await find(signToken(signer, claims));
    const asked = queries().length;
    for (const [way, token] of await hostileTokens({ signer, claims })) {
      expect({ way, found: await find(token) }).toEqual({ way, found: null });
      if (way !== STRANGERS) expect({ way, queries: queries().length }).toEqual({ way, queries: asked });
    }
  });

  test("V-01: quotes, NUL, invalid UTF-8 and a megabyte are refused without a question, whatever their prefix", async () => {
    const asked = queries().length;
    for (const prefix of ["", "sk-sy-", "sk-sy-live-", "a.b."])
      for (const rest of ["' OR '1'='1", "\0", "\ud800", "\u00ff\u00fe", "x".repeat(1_048_576), "{{1+1}}", ";--"])
        expect(await find(prefix + rest)).toBeNull();
    expect(queries()).toHaveLength(asked);
  });

  test("an unknown key id is worth one look at the table, and the next after two seconds", async () => {
    const { claims } = await plantMember();
    await find(signToken(signer, claims));
    const asked = queries().length;
    later();
    for (let time = 0; time < 20; time++) expect(await find(signToken(newSigner(), claims))).toBeNull();
    expect(queries()).toHaveLength(asked + 1);
  });

  test("of a key made a moment ago is accepted, and of one announced at once", async () => {
    const { claims } = await plantMember();
    await find(signToken(signer, claims));
    later();
    expect(await find(signToken(await plantSigner(), claims))).not.toBeNull();
    const announced = await plantSigner();
    credentials().hear(CHANNELS.signingKeyChanged, announced.kid);
    expect(await find(signToken(announced, claims))).not.toBeNull();
  });

  test("of a key retired for less than a day is accepted, of one retired for longer not", async () => {
    const { claims } = await plantMember();
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    const lately = await plantSigner({ retiredAt: hoursAgo(23) });
    const longAgo = await plantSigner({ retiredAt: hoursAgo(25) });
    credentials().hear(CHANNELS.signingKeyChanged, "");
    expect(await find(signToken(lately, claims))).not.toBeNull();
    expect(await find(signToken(longAgo, claims))).toBeNull();
    await stage().db.signingKey.delete({ where: { id: lately.kid } });
    credentials().forgetAll();
    // The keys are read behind the calls.
    await expect.poll(() => find(signToken(lately, claims))).toBeNull();
    expect(await find(signToken(signer, claims))).not.toBeNull();
  });
});

describe("what is announced", () => {
  test("of a user: their tokens and the keys they made count no more at once, others' do", async () => {
    const signer = await plantSigner();
    const mine = await plantMember();
    const other = await plantMember();
    const keyOf = async (userId: string) =>
      (await createKey(stage().ours.as("developer", userId), { name: "k" }, KEY_DEPS)).secret;
    const held = [signToken(signer, mine.claims), await keyOf(mine.user.id)];
    const others = [signToken(signer, other.claims), await keyOf(other.user.id)];
    for (const one of [...held, ...others]) expect(await find(one)).not.toBeNull();
    await stage().db.user.update({ where: { id: mine.user.id }, data: { disabledAt: new Date() } });
    const asked = queries().length;
    credentials().hear(CHANNELS.sessionChanged, mine.user.id);
    for (const one of held) expect(await find(one)).toBeNull();
    for (const one of others) expect(await find(one)).not.toBeNull();
    expect(queries()).toHaveLength(asked + held.length);
  });
});
