import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mintKey } from "#lib/base/api-key";
import { CHANNELS } from "#lib/base/events";
import { newId } from "#lib/base/ids";
import { createKey } from "#lib/features/keys/create-key";
import { claimsOf, newSigner, signToken } from "#tests/support/access-tokens";
import { hostileTokens } from "#tests/support/hostile-tokens";
import { type IdentityStage, type Member, openIdentityStage } from "#tests/support/identity";

/** What is promised of a revocation, on every gateway process. */
const REFUSED_WITHIN_S = 5;

const model = (id: string, access?: Readonly<Record<string, readonly string[]>>) => ({
  id,
  price: { input: "1.00", output: "2.00" },
  deployments: [{ id: "main", provider: "sandbox", upstreamModel: "sandbox-chat" }],
  ...(access && { access }),
});

const DOCUMENT = {
  version: 1,
  providers: [{ id: "sandbox", kind: "sandbox" }],
  models: [
    { ...model("a"), aliases: ["alias-of-a"] },
    model("b"),
    model("c"),
    model("for-admins", { roles: ["owner", "admin"] }),
    model("for-gold", { plans: ["gold"] }),
    model("for-nobody-here", { organizations: ["somebody-else"] }),
  ],
};
const OPEN_MODELS = ["a", "alias-of-a", "b", "c"];

let stage: IdentityStage;
let org: Awaited<ReturnType<IdentityStage["organization"]>>;
let urls: readonly string[];

beforeAll(async () => {
  stage = await openIdentityStage(DOCUMENT);
  org = await stage.organization();
  urls = stage.gateways.map(({ url }) => url);
}, 120_000);
afterAll(() => stage?.close(), 60_000);

type Asking = { readonly model?: string; readonly path?: string; readonly header?: string };

/** Asks one gateway: for a chat, or by GET for another path. */
async function ask(url: string, credential: string, asking: Asking = {}) {
  const { path, header = "authorization" } = asking;
  const chat = { model: asking.model ?? "a", messages: [{ role: "user", content: "hi" }], max_tokens: 5 };
  const answer = await fetch(`${url}${path ?? "/v1/chat/completions"}`, {
    method: path === undefined ? "POST" : "GET",
    headers: {
      [header]: header === "authorization" ? `Bearer ${credential}` : credential,
      "content-type": "application/json",
    },
    body: path === undefined ? JSON.stringify(chat) : undefined,
  });
  const body = await answer.json();
  return { status: answer.status, code: body.error?.code, body };
}

const statusesOf = async (credential: string, asking?: Asking) =>
  Promise.all(urls.map(async (url) => (await ask(url, credential, asking)).status));

const codesOf = async (credential: string, asking?: Asking) =>
  Promise.all(urls.map(async (url) => (await ask(url, credential, asking)).code ?? "ok"));

const modelsOf = async (url: string, credential: string): Promise<string[]> =>
  (await ask(url, credential, { path: "/v1/models" })).body.data.map(({ id }: { id: string }) => id);

const keyOf = (member: Member) =>
  createKey(stage.contextOf(member), { name: "k" }, { keyPepper: stage.installation.environment.KEY_PEPPER ?? "" });

const createdKey = async (given: Readonly<Record<string, unknown>> = {}, orgId = org.id) => {
  const { status, body } = await stage.admin("POST", `/organizations/${orgId}/keys`, { name: "k", ...given });
  expect(status).toBe(201);
  return { id: String(body.id), secret: String(body.secret) };
};

/** Uses credentials on both gateways, changes something, goes on using them, and gives the longest time until each was refused. */
async function secondsUntilRefused(credentials: readonly string[], change: () => Promise<unknown>): Promise<number> {
  for (const credential of credentials)
    expect(await statusesOf(credential, { path: "/v1/models" })).toEqual([200, 200]);
  const [changed, ...times] = await Promise.all([
    change().then(() => performance.now()),
    ...credentials.flatMap((credential) => urls.map((url) => refusal(url, credential))),
  ]);
  const seconds = Math.max(...times.map((timeMs) => timeMs - changed)) / 1_000;
  for (const credential of credentials)
    expect(await codesOf(credential)).toEqual(["invalid_api_key", "invalid_api_key"]);
  return seconds;
}

async function refusal(url: string, credential: string): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const { status } = await ask(url, credential, { path: "/v1/models" });
    if (status === 401) return performance.now();
    expect(status).toBe(200);
    await sleep(50);
  }
  throw new Error("it was never refused");
}

describe("an access token", () => {
  test("is accepted wherever a key is: whole, streamed, models, in every header that carries one", async () => {
    const member = await stage.member(org);
    const token = await stage.token(member, { project: "default" });
    for (const url of urls) {
      const client = new OpenAI({ apiKey: token, baseURL: `${url}/v1`, maxRetries: 0 });
      const messages = [{ role: "user" as const, content: "hi" }];
      const whole = await client.chat.completions.create({ model: "a", messages });
      expect(whole.choices[0]?.message.content).toBeTruthy();
      let text = "";
      for await (const chunk of await client.chat.completions.create({ model: "a", messages, stream: true }))
        text += chunk.choices[0]?.delta.content ?? "";
      expect(text).toBe(whole.choices[0]?.message.content);
      expect((await client.models.list()).data.map(({ id }) => id)).toEqual(OPEN_MODELS);
      for (const header of ["x-api-key", "api-key"]) expect((await ask(url, token, { header })).status).toBe(200);
    }
    const own = { orgId: org.id, projectId: org.projectId, memberId: member.userId, keyId: null };
    await expect
      .poll(() => stage.db.usageEvent.count({ where: { ...own, status: 200 } }), { timeout: 10_000 })
      .toBe(10);
  });

  test("401: what is wrong with one in any way (V-54) gets the very answer of an unknown key", async () => {
    const member = await stage.member(org);
    const claims = claimsOf({
      iss: "https://switchyard.example",
      sub: member.userId,
      sid: member.sessionId,
      org: org.id,
      project: org.projectId,
    });
    const signer = newSigner();
    const { x = "" } = signer.publicKey.export({ format: "jwk" });
    const bytes = new Uint8Array();
    const sealed = { ciphertext: bytes, nonce: bytes, wrappedKey: bytes, wrapNonce: bytes };
    const publicJwk = { kty: "OKP", crv: "Ed25519", x };
    await stage.db.signingKey.create({
      data: { id: signer.kid, publicJwk, createdAt: new Date(Date.now() + 60_000), ...sealed },
    });
    await stage.db.$executeRaw`SELECT pg_notify(${CHANNELS.signingKeyChanged}, '')`;
    await expect.poll(() => statusesOf(signToken(signer, claims))).toEqual([200, 200]);
    for (const url of urls) {
      const unknown = await ask(url, mintKey("live").secret);
      expect(unknown).toMatchObject({ status: 401, code: "invalid_api_key" });
      for (const [way, token] of await hostileTokens({ signer, claims }))
        expect({ way, ...(await ask(url, token)) }).toEqual({ way, ...unknown });
      expect((await ask(url, signToken(signer, claims))).status).toBe(200);
    }
  });

  test("401: past its ten minutes and half a minute for clocks, while another of the same session counts", async () => {
    const member = await stage.member(org);
    const short = await stage.token(member, { at: new Date(Date.now() - 628_000) });
    const long = await stage.token(member);
    expect(await secondsUntilRefused([short], async () => undefined)).toBeLessThan(3);
    expect(await statusesOf(long)).toEqual([200, 200]);
  });
});

describe("within five seconds, on both gateways", () => {
  test("a key revoked by the Admin API is refused", async () => {
    const key = await createdKey();
    const revoke = () => stage.admin("DELETE", `/organizations/${org.id}/keys/${key.id}`);
    expect(await secondsUntilRefused([key.secret], revoke)).toBeLessThan(REFUSED_WITHIN_S);
  });

  test("a session signed out takes its tokens with it, and no other's", async () => {
    const member = await stage.member(org);
    const other = await stage.token(await stage.member(org));
    const tokens = [await stage.token(member), await stage.token(member, { project: "default" })];
    expect(await secondsUntilRefused(tokens, () => stage.signOut(member))).toBeLessThan(REFUSED_WITHIN_S);
    expect(await statusesOf(other)).toEqual([200, 200]);
  });

  test("a disabled user is refused with every key they made and every token; enabled again, with the keys only", async () => {
    const member = await stage.member(org);
    const [{ secret }, token] = [await keyOf(member), await stage.token(member)];
    const disable = () => stage.admin("POST", `/users/${member.userId}/disable`);
    expect(await secondsUntilRefused([secret, token], disable)).toBeLessThan(REFUSED_WITHIN_S);
    await stage.admin("POST", `/users/${member.userId}/enable`);
    await expect.poll(() => statusesOf(secret), { timeout: 5_000 }).toEqual([200, 200]);
    expect(await codesOf(token)).toEqual(["invalid_api_key", "invalid_api_key"]);
  });

  test("an expired key is refused", async () => {
    const key = await createdKey({ expiresAt: new Date(Date.now() + 2_000).toISOString() });
    expect(await secondsUntilRefused([key.secret], async () => undefined)).toBeLessThan(REFUSED_WITHIN_S);
  });

  test("all of this is so when nothing is announced at all", async () => {
    const now = new Date();
    const { db } = stage;
    const [disabled, signedOut, left, demoted] = await Promise.all(Array.from({ length: 4 }, () => stage.member(org)));
    if (!disabled || !signedOut || !left || !demoted) throw new Error("four members");
    const key = await createdKey();
    const credentials = [
      key.secret,
      (await keyOf(disabled)).secret,
      ...(await Promise.all([disabled, signedOut, left, demoted].map((member) => stage.token(member)))),
    ];
    const change = () =>
      Promise.all([
        db.apiKey.update({ where: { id: key.id }, data: { revokedAt: now } }),
        db.user.update({ where: { id: disabled.userId }, data: { disabledAt: now } }),
        db.session.update({ where: { id: signedOut.sessionId }, data: { revokedAt: now } }),
        db.membership.deleteMany({ where: { userId: left.userId } }),
        db.membership.updateMany({ where: { userId: demoted.userId }, data: { role: "viewer" } }),
      ]);
    const seconds = await secondsUntilRefused(credentials, change);
    expect(seconds).toBeLessThan(REFUSED_WITHIN_S);
  });

  test("and so when the connections that listen are cut over and over", async () => {
    const cutter = new pg.Client({ connectionString: stage.installation.databaseUrl });
    await cutter.connect();
    let isOver = false;
    const cutting = (async () => {
      while (!isOver) {
        await cutter.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'switchyard-listener'",
        );
        await sleep(20);
      }
    })();
    const member = await stage.member(org);
    const key = await createdKey();
    const credentials = [key.secret, await stage.token(member)];
    const change = () =>
      Promise.all([stage.admin("DELETE", `/organizations/${org.id}/keys/${key.id}`), stage.signOut(member)]);
    const seconds = await secondsUntilRefused(credentials, change).finally(() => {
      isOver = true;
    });
    await cutting;
    await cutter.end();
    expect(seconds).toBeLessThan(REFUSED_WITHIN_S);
  });
});

describe("access", () => {
  /** Both gateways come to see the same. */
  const settles = (credential: string, asking: Asking, code: string) =>
    expect.poll(() => codesOf(credential, asking), { timeout: 5_000, interval: 50 }).toEqual([code, code]);

  test("403: a key is used only for its scopes, and from its addresses", async () => {
    const key = await createdKey({ endpoints: ["models"] });
    expect(await codesOf(key.secret)).toEqual(["endpoint_not_allowed", "endpoint_not_allowed"]);
    expect(await statusesOf(key.secret, { path: "/v1/models" })).toEqual([200, 200]);
    const path = `/organizations/${org.id}/keys/${key.id}/access`;
    const changed = await stage.admin("POST", path, { endpoints: ["chat"], allowedIps: ["10.0.0.0/8", "::1"] });
    expect(changed).toMatchObject({
      status: 200,
      body: { endpoints: ["chat"], models: [], allowedIps: ["10.0.0.0/8", "::1"] },
    });
    await settles(key.secret, {}, "address_not_allowed");
    await stage.admin("POST", path, { allowedIps: ["127.0.0.0/8"] });
    await settles(key.secret, {}, "ok");
    await settles(key.secret, { path: "/v1/models" }, "endpoint_not_allowed");
  });

  test("403: organisation, project and key each narrow the models; their lists show no others", async () => {
    const own = await stage.organization();
    const member = await stage.member(own);
    const key = await createdKey({ models: ["a", "b"] }, own.id);
    const inProject = await stage.token(member, { project: "default" });
    const outside = await stage.token(member);
    expect(await modelsOf(urls[0] ?? "", key.secret)).toEqual(["a", "alias-of-a", "b"]);
    await settles(key.secret, { model: "c" }, "model_not_allowed");

    await stage.admin("POST", `/organizations/${own.id}/access`, { models: ["alias-of-a", "c"] });
    await settles(key.secret, { model: "b" }, "model_not_allowed");
    await settles(inProject, { model: "b" }, "model_not_allowed");
    for (const url of urls) {
      expect(await modelsOf(url, key.secret)).toEqual(["a", "alias-of-a"]);
      expect(await modelsOf(url, outside)).toEqual(["a", "alias-of-a", "c"]);
    }

    await stage.admin("POST", `/organizations/${own.id}/projects/${own.projectId}/access`, { models: ["c"] });
    await settles(key.secret, { model: "a" }, "model_not_allowed");
    await settles(inProject, { model: "a" }, "model_not_allowed");
    for (const url of urls) {
      expect(await modelsOf(url, key.secret)).toEqual([]);
      expect(await modelsOf(url, inProject)).toEqual(["c"]);
      expect(await modelsOf(url, outside)).toEqual(["a", "alias-of-a", "c"]);
    }
    expect(await codesOf(inProject, { model: "c" })).toEqual(["ok", "ok"]);
  });

  test("403: a model's own rule on roles, plans and organisations counts for keys and tokens", async () => {
    const own = await stage.organization();
    const [developer, boss] = [await stage.member(own), await stage.member(own, "admin")];
    const credentials = {
      developersKey: (await keyOf(developer)).secret,
      developersToken: await stage.token(developer),
      bosssKey: (await keyOf(boss)).secret,
      bosssToken: await stage.token(boss),
      nobodysKey: (await createdKey({}, own.id)).secret,
    };
    for (const [holder, credential] of Object.entries(credentials)) {
      const code = holder.startsWith("boss") ? "ok" : "model_not_allowed";
      expect({ holder, codes: await codesOf(credential, { model: "for-admins" }) }).toEqual({
        holder,
        codes: [code, code],
      });
      expect(await codesOf(credential, { model: "for-gold" })).toEqual(["model_not_allowed", "model_not_allowed"]);
      expect(await codesOf(credential, { model: "for-nobody-here" })).toEqual([
        "model_not_allowed",
        "model_not_allowed",
      ]);
    }
    await stage.admin("POST", `/organizations/${own.id}/access`, { plan: "gold" });
    for (const credential of Object.values(credentials)) await settles(credential, { model: "for-gold" }, "ok");
  });

  test("what was set is read back: nothing is accepted and not stored (V-13)", async () => {
    const own = await stage.organization();
    const path = `/organizations/${own.id}`;
    const expiresAt = "2999-01-01T00:00:00.000Z";
    const access = { endpoints: ["chat", "embeddings"], models: ["a"], allowedIps: ["10.0.0.0/8", "2001:db8::/32"] };
    const key = await createdKey({ ...access, expiresAt }, own.id);
    expect((await stage.admin("GET", `${path}/keys`)).body.items).toMatchObject([{ id: key.id, expiresAt, ...access }]);
    await stage.admin("POST", `${path}/access`, { models: ["a", "b"], plan: "gold" });
    await stage.admin("POST", `${path}/projects/${own.projectId}/access`, { models: ["b"] });
    expect((await stage.admin("GET", path)).body).toMatchObject({
      models: ["a", "b"],
      plan: "gold",
      projects: [{ id: own.projectId, models: ["b"] }],
    });
  });

  test("400: what only the server may set; 404: a key or project under another organisation", async () => {
    const own = await stage.organization();
    const key = await createdKey({}, own.id);
    const paths = [
      `/organizations/${own.id}/keys`,
      `/organizations/${own.id}/access`,
      `/organizations/${own.id}/keys/${key.id}/access`,
      `/organizations/${own.id}/projects/${own.projectId}/access`,
    ];
    for (const path of paths)
      for (const field of ["id", "orgId", "userId", "createdById", "role", "hash", "revokedAt", "balanceUsd"]) {
        const body = {
          ...(path.endsWith("/keys") && { name: "k" }),
          ...(path.includes("/projects/") && { models: [] }),
          [field]: newId(),
        };
        expect({ path, ...(await stage.admin("POST", path, body)) }).toMatchObject({ path, status: 400 });
      }
    for (const path of [`keys/${key.id}`, `projects/${own.projectId}`])
      expect((await stage.admin("POST", `/organizations/${org.id}/${path}/access`, { models: ["a"] })).status).toBe(
        404,
      );
  });
});
