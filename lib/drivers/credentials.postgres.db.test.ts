import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mintKey } from "#lib/base/api-key";
import { CHANNELS } from "#lib/base/events";
import { newId } from "#lib/base/ids";
import { ORG_ROLES } from "#lib/base/permissions";
import { createKey } from "#lib/features/keys/create-key";
import type { Caller } from "#lib/gateway/ports";
import { openSql, type Sql } from "#lib/platform/sql";
import { claimsOf, newSigner, type Signer, signToken } from "#tests/support/access-tokens";
import { hostileTokens, STRANGERS } from "#tests/support/hostile-tokens";
import { openStage, type Stage } from "#tests/support/stage";
import { type Credentials, openCredentials } from "./credentials.postgres.ts";
import { openFailedAuth } from "./failed-auth.memory.ts";

const keyPepper = "p".repeat(32);
const issuer = "https://switchyard.example";
const NO_SEAL = { ciphertext: new Uint8Array(), nonce: new Uint8Array(), wrappedKey: new Uint8Array() };

let stage: Stage;
let sql: Sql;
let credentials: Credentials;
let aheadMs: number;
let queries: string[];

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

beforeEach(() => {
  aheadMs = 0;
  queries = [];
  sql = openSql(stage.databaseUrl, 4);
  const { query } = sql;
  sql.query = Object.assign((...given: Parameters<typeof query>) => {
    queries.push(JSON.stringify(given));
    return query.apply(sql, given);
  });
  const clock = { now: () => Date.now(), monotonic: () => performance.now() + aheadMs };
  const failures = openFailedAuth({ perMinute: PER_MINUTE, monotonic: () => aheadMs });
  credentials = openCredentials({ sql, clock, pepper: keyPepper, issuer, failures });
});
afterEach(() => sql.end());

const later = () => {
  aheadMs += 5_000;
};
const HERE = "203.0.113.7";
/** So high that no other test meets it. */
const PER_MINUTE = 500;

const find = async (presented: string, address = HERE): Promise<Caller | null> => credentials.find(presented, address);

async function plantSigner(given: { readonly retiredAt?: Date } = {}): Promise<Signer> {
  const signer = newSigner();
  const { x = "" } = signer.publicKey.export({ format: "jwk" });
  const publicJwk = { kty: "OKP", crv: "Ed25519", x };
  await stage.db.signingKey.create({
    data: { id: signer.kid, publicJwk, wrapNonce: new Uint8Array(), ...NO_SEAL, ...given },
  });
  return signer;
}

const plantUser = (given: { readonly disabledAt?: Date } = {}) =>
  stage.db.user.create({ data: { id: newId(), email: `${newId()}@example.com`, name: "Ada", ...given } });

/** A member with a session of the portal, and the claims of a token for them. */
async function plantMember(role: string = "developer") {
  const user = await plantUser();
  const membership = await stage.db.membership.create({
    data: { id: newId(), orgId: stage.ours.id, userId: user.id, role },
  });
  const expiresAt = new Date(Date.now() + 3_600_000);
  const session = await stage.db.session.create({ data: { id: newId(), userId: user.id, expiresAt } });
  const claims = claimsOf({
    iss: issuer,
    sub: user.id,
    sid: session.id,
    org: stage.ours.id,
    project: stage.ours.projectId,
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
    await stage.db.organization.update({ where: { id: stage.ours.id }, data: { plan: "gold", models: ["a", "b"] } });
    await stage.db.project.update({ where: { id: stage.ours.projectId }, data: { models: ["b"] } });
    expect(await find(signToken(signer, claims))).toEqual({
      credentialId: `user:${user.id}`,
      keyId: null,
      orgId: stage.ours.id,
      projectId: stage.ours.projectId,
      memberId: user.id,
      isTest: false,
      access: {
        organizationNames: [stage.ours.id, stage.ours.slug],
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
    const asked = queries.length;
    for (let time = 0; time < 100; time++) expect(credentials.find(token, HERE)).not.toBeInstanceOf(Promise);
    expect(queries).toHaveLength(asked);
  });

  test("counts no more when its session is over, its user disabled or no member, or its place gone", async () => {
    const ends = [
      ({ session }) => stage.db.session.update({ where: { id: session.id }, data: { revokedAt: new Date() } }),
      ({ session }) => stage.db.session.update({ where: { id: session.id }, data: { expiresAt: new Date() } }),
      ({ user }) => stage.db.user.update({ where: { id: user.id }, data: { disabledAt: new Date() } }),
      ({ membership }) => stage.db.membership.delete({ where: { id: membership.id } }),
      ({ membership }) => stage.db.membership.update({ where: { id: membership.id }, data: { role: "viewer" } }),
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
    const archived = await stage.db.project.create({
      data: { id: newId(), orgId: stage.ours.id, name: "Old", slug: newId(), archivedAt: new Date() },
    });
    const wrong = [
      { org: stage.theirs.id, project: null },
      { org: stage.theirs.id, project: stage.theirs.projectId },
      { project: stage.theirs.projectId },
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
    const asked = queries.length;
    for (const [way, token] of await hostileTokens({ signer, claims })) {
      expect({ way, found: await find(token) }).toEqual({ way, found: null });
      if (way !== STRANGERS) expect({ way, queries: queries.length }).toEqual({ way, queries: asked });
    }
  });

  test("V-01: quotes, NUL, invalid UTF-8 and a megabyte are refused without a question, whatever their prefix", async () => {
    const asked = queries.length;
    for (const prefix of ["", "sk-sy-", "sk-sy-live-", "a.b."])
      for (const rest of ["' OR '1'='1", "\0", "\ud800", "\u00ff\u00fe", "x".repeat(1_048_576), "{{1+1}}", ";--"])
        expect(await find(prefix + rest)).toBeNull();
    expect(queries).toHaveLength(asked);
  });

  test("an unknown key id is worth one look at the table, and the next after two seconds", async () => {
    const { claims } = await plantMember();
    await find(signToken(signer, claims));
    const asked = queries.length;
    later();
    for (let time = 0; time < 20; time++) expect(await find(signToken(newSigner(), claims))).toBeNull();
    expect(queries).toHaveLength(asked + 1);
  });

  test("of a key made a moment ago is accepted, and of one announced at once", async () => {
    const { claims } = await plantMember();
    await find(signToken(signer, claims));
    later();
    expect(await find(signToken(await plantSigner(), claims))).not.toBeNull();
    const announced = await plantSigner();
    credentials.hear(CHANNELS.signingKeyChanged, announced.kid);
    expect(await find(signToken(announced, claims))).not.toBeNull();
  });

  test("of a key retired for less than a day is accepted, of one retired for longer not", async () => {
    const { claims } = await plantMember();
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    const lately = await plantSigner({ retiredAt: hoursAgo(23) });
    const longAgo = await plantSigner({ retiredAt: hoursAgo(25) });
    credentials.hear(CHANNELS.signingKeyChanged, "");
    expect(await find(signToken(lately, claims))).not.toBeNull();
    expect(await find(signToken(longAgo, claims))).toBeNull();
    await stage.db.signingKey.delete({ where: { id: lately.kid } });
    credentials.forgetAll();
    expect(await find(signToken(signer, claims))).not.toBeNull();
    expect(await find(signToken(lately, claims))).toBeNull();
  });
});

describe("what is announced", () => {
  test("of a user: their tokens and the keys they made count no more at once, others' do", async () => {
    const signer = await plantSigner();
    const mine = await plantMember();
    const other = await plantMember();
    const keyOf = async (userId: string) =>
      (await createKey(stage.ours.as("developer", userId), { name: "k" }, { keyPepper })).secret;
    const held = [signToken(signer, mine.claims), await keyOf(mine.user.id)];
    const others = [signToken(signer, other.claims), await keyOf(other.user.id)];
    for (const one of [...held, ...others]) expect(await find(one)).not.toBeNull();
    await stage.db.user.update({ where: { id: mine.user.id }, data: { disabledAt: new Date() } });
    const asked = queries.length;
    credentials.hear(CHANNELS.sessionChanged, mine.user.id);
    for (const one of held) expect(await find(one)).toBeNull();
    for (const one of others) expect(await find(one)).not.toBeNull();
    expect(queries).toHaveLength(asked + held.length);
  });

  test("of a key and of an organisation: what it may use is read anew", async () => {
    const key = await createKey(stage.ours.as("admin"), { name: "k", endpoints: ["chat"] }, { keyPepper });
    const access = async () => (await find(key.secret))?.access;
    expect(await access()).toMatchObject({ scopes: new Set(["chat"]) });
    await stage.db.apiKey.update({ where: { id: key.id }, data: { endpoints: ["chat", "models"] } });
    credentials.hear(CHANNELS.keyChanged, key.publicId);
    expect(await access()).toMatchObject({ scopes: new Set(["chat", "models"]) });
    await stage.db.organization.update({ where: { id: stage.ours.id }, data: { plan: "silver" } });
    credentials.hear(CHANNELS.organizationChanged, stage.ours.id);
    expect(await access()).toMatchObject({ plan: "silver" });
  });
});

describe("a key", () => {
  test("carries what it was created with", async () => {
    const allowedIps = ["10.0.0.0/8", "2001:db8::/32"];
    const given = { name: "k", endpoints: ["embeddings" as const], models: ["m"], allowedIps };
    const { secret, id } = await createKey(stage.ours.as("admin"), given, { keyPepper });
    const caller = await find(secret);
    expect(caller).toMatchObject({ credentialId: id, keyId: id, access: { scopes: new Set(["embeddings"]) } });
    expect(caller?.access.modelSets).toContainEqual(new Set(["m"]));
    const addresses = ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::7", "11.0.0.1", "2001:db9::7", ""];
    expect(addresses.map((address) => caller?.access.admitsAddress?.(address))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test("past its end is refused, by the clock alone", async () => {
    const expiresAt = new Date(Date.now() + 1_000).toISOString();
    const { secret } = await createKey(stage.ours.as("admin"), { name: "k", expiresAt }, { keyPepper });
    expect(await find(secret)).not.toBeNull();
    await expect.poll(() => find(secret), { interval: 100, timeout: 3_000 }).toBeNull();
  });

  test("of which one character is another is refused", async () => {
    const { secret } = await createKey(stage.ours.as("admin"), { name: "k" }, { keyPepper });
    for (const index of [0, 11, 12, 30, secret.length - 1]) {
      const changed = `${secret.slice(0, index)}${secret[index] === "x" ? "y" : "x"}${secret.slice(index + 1)}`;
      expect(await find(changed)).toBeNull();
    }
  });
});

describe("a flood of wrong keys", () => {
  const ATTACKER = "198.51.100.9";
  const tooMany = expect.objectContaining({ code: "too_many_failures", status: 429 });
  const flood = (count: number, presentedOf: () => string) =>
    Promise.all(Array.from({ length: count }, () => find(presentedOf(), ATTACKER).catch((thrown: unknown) => thrown)));
  const broken = () => `${mintKey("live").secret.slice(0, -1)}-`;

  test("that are none by their checksum never reaches the database, and is told so only so often", async () => {
    const told = await flood(2 * PER_MINUTE + 100, broken);
    // The keys that tokens are signed with are read ahead, for nobody in particular.
    expect(queries.filter((query) => !query.includes("FROM signing_key"))).toEqual([]);
    expect(told.slice(0, 2 * PER_MINUTE)).toEqual(Array(2 * PER_MINUTE).fill(null));
    expect(told.slice(2 * PER_MINUTE)).toEqual(Array(100).fill(tooMany));
  });

  const plantKey = () => createKey(stage.ours.as("admin"), { name: "k" }, { keyPepper });

  test("that are none by their checksum keeps out no good key that is new there", async () => {
    expect(await flood(3 * PER_MINUTE, broken)).toContainEqual(tooMany);
    const { secret } = await plantKey();
    expect(await find(secret, ATTACKER)).not.toBeNull();
  });

  test("that look right is hardly looked up beyond that, while who was good from there still is, and others are not touched", async () => {
    const { secret } = await plantKey();
    expect(await find(secret, ATTACKER)).not.toBeNull();
    await flood(2 * PER_MINUTE, broken);
    const right = () => mintKey("live").secret;
    // Fifty at once, for no more than a hundred look-ups run at a time.
    for (let looked = 0; looked < PER_MINUTE; looked += 50) await flood(50, right);
    const asked = queries.length;
    const told = await flood(500, right);
    expect(told).toEqual(Array(500).fill(tooMany));
    expect(queries).toHaveLength(asked);
    expect(credentials.find(secret, ATTACKER)).not.toBeInstanceOf(Promise);
    credentials.forgetAll();
    expect(await find(secret, ATTACKER)).not.toBeNull();
    expect(await find(right())).toBeNull();
  });
});
