import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { mintKey } from "#lib/base/api-key";
import { CHANNELS } from "#lib/base/events";
import { claimsOf, newSigner, signToken } from "#tests/support/access-tokens";
import { hostileTokens } from "#tests/support/hostile-tokens";
import { askGateway, identityOfFile, OPEN_MODELS } from "#tests/support/identity-callers";

const { stage, org, urls, statusesOf, codesOf, keyOf, createdKey } = identityOfFile();

/** What is promised of a revocation, on every gateway process. */
const REFUSED_WITHIN_S = 5;

describe("an access token", () => {
  test("is accepted wherever a key is: whole, streamed, models, in every header that carries one", async () => {
    const member = await stage().member(org());
    const token = await stage().token(member, { project: "default" });
    for (const url of urls()) {
      const client = new OpenAI({ apiKey: token, baseURL: `${url}/v1`, maxRetries: 0 });
      const messages = [{ role: "user" as const, content: "hi" }];
      const whole = await client.chat.completions.create({ model: "a", messages });
      expect(whole.choices[0]?.message.content).toBeTruthy();
      let text = "";
      for await (const chunk of await client.chat.completions.create({ model: "a", messages, stream: true }))
        text += chunk.choices[0]?.delta.content ?? "";
      expect(text).toBe(whole.choices[0]?.message.content);
      expect((await client.models.list()).data.map(({ id }) => id)).toEqual(OPEN_MODELS);
      for (const header of ["x-api-key", "api-key"])
        expect((await askGateway(url, token, { header })).status).toBe(200);
    }
    const own = { orgId: org().id, projectId: org().projectId, memberId: member.userId, keyId: null };
    await expect
      .poll(() => stage().db.usageEvent.count({ where: { ...own, status: 200 } }), { timeout: 10_000 })
      .toBe(10);
  });

  test("401: what is wrong with one in any way (V-54) gets the very answer of an unknown key", async () => {
    const member = await stage().member(org());
    const claims = claimsOf({
      iss: "https://switchyard.example",
      sub: member.userId,
      sid: member.sessionId,
      org: org().id,
      project: org().projectId,
    });
    const signer = newSigner();
    const { x = "" } = signer.publicKey.export({ format: "jwk" });
    const bytes = new Uint8Array();
    const sealed = { ciphertext: bytes, nonce: bytes, wrappedKey: bytes, wrapNonce: bytes };
    const publicJwk = { kty: "OKP", crv: "Ed25519", x };
    await stage().db.signingKey.create({
      data: { id: signer.kid, publicJwk, createdAt: new Date(Date.now() + 60_000), ...sealed },
    });
    await stage().db.$executeRaw`SELECT pg_notify(${CHANNELS.signingKeyChanged}, '')`;
    await expect.poll(() => statusesOf(signToken(signer, claims))).toEqual([200, 200]);
    for (const url of urls()) {
      const unknown = await askGateway(url, mintKey("live").secret);
      expect(unknown).toMatchObject({ status: 401, code: "invalid_api_key" });
      for (const [way, token] of await hostileTokens({ signer, claims }))
        expect({ way, ...(await askGateway(url, token)) }).toEqual({ way, ...unknown });
      expect((await askGateway(url, signToken(signer, claims))).status).toBe(200);
    }
  });

  test("401: past its ten minutes and half a minute for clocks, while another of the same session counts", async () => {
    const member = await stage().member(org());
    const short = await stage().token(member, { at: new Date(Date.now() - 628_000) });
    const long = await stage().token(member);
    expect(await secondsUntilRefused([short], async () => undefined)).toBeLessThan(3);
    expect(await statusesOf(long)).toEqual([200, 200]);
  });
});

describe("within five seconds, on both gateways", () => {
  test("a key revoked by the Admin API is refused", async () => {
    const key = await createdKey();
    const revoke = () => stage().admin("DELETE", `/organizations/${org().id}/keys/${key.id}`);
    expect(await secondsUntilRefused([key.secret], revoke)).toBeLessThan(REFUSED_WITHIN_S);
  });

  test("a session signed out takes its tokens with it, and no other's", async () => {
    const member = await stage().member(org());
    const other = await stage().token(await stage().member(org()));
    const tokens = [await stage().token(member), await stage().token(member, { project: "default" })];
    expect(await secondsUntilRefused(tokens, () => stage().signOut(member))).toBeLessThan(REFUSED_WITHIN_S);
    expect(await statusesOf(other)).toEqual([200, 200]);
  });

  test("a disabled user is refused with every key they made and every token; enabled again, with the keys only", async () => {
    const member = await stage().member(org());
    const [{ secret }, token] = [await keyOf(member), await stage().token(member)];
    const disable = () => stage().admin("POST", `/users/${member.userId}/disable`);
    expect(await secondsUntilRefused([secret, token], disable)).toBeLessThan(REFUSED_WITHIN_S);
    await stage().admin("POST", `/users/${member.userId}/enable`);
    await expect.poll(() => statusesOf(secret), { timeout: 5_000 }).toEqual([200, 200]);
    expect(await codesOf(token)).toEqual(["invalid_api_key", "invalid_api_key"]);
  });

  test("an expired key is refused", async () => {
    const key = await createdKey({ expiresAt: new Date(Date.now() + 2_000).toISOString() });
    expect(await secondsUntilRefused([key.secret], async () => undefined)).toBeLessThan(REFUSED_WITHIN_S);
  });

  test("all of this is so when nothing is announced at all", async () => {
    const now = new Date();
    const { db } = stage();
    const [disabled, signedOut, left, demoted] = await Promise.all(
      Array.from({ length: 4 }, () => stage().member(org())),
    );
    if (!disabled || !signedOut || !left || !demoted) throw new Error("four members");
    const key = await createdKey();
    const credentials = [
      key.secret,
      (await keyOf(disabled)).secret,
      ...(await Promise.all([disabled, signedOut, left, demoted].map((member) => stage().token(member)))),
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
    const cutter = new pg.Client({ connectionString: stage().installation.databaseUrl });
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
    const member = await stage().member(org());
    const key = await createdKey();
    const credentials = [key.secret, await stage().token(member)];
    const change = () =>
      Promise.all([stage().admin("DELETE", `/organizations/${org().id}/keys/${key.id}`), stage().signOut(member)]);
    const seconds = await secondsUntilRefused(credentials, change).finally(() => {
      isOver = true;
    });
    await cutting;
    await cutter.end();
    expect(seconds).toBeLessThan(REFUSED_WITHIN_S);
  });
});

/** Uses credentials on both gateways, changes something, goes on using them, and gives the longest time until each was refused. */
async function secondsUntilRefused(credentials: readonly string[], change: () => Promise<unknown>): Promise<number> {
  for (const credential of credentials)
    expect(await statusesOf(credential, { path: "/v1/models" })).toEqual([200, 200]);
  const [changed, ...times] = await Promise.all([
    change().then(() => performance.now()),
    ...credentials.flatMap((credential) => urls().map((url) => refusal(url, credential))),
  ]);
  const seconds = Math.max(...times.map((timeMs) => timeMs - changed)) / 1_000;
  for (const credential of credentials)
    expect(await codesOf(credential)).toEqual(["invalid_api_key", "invalid_api_key"]);
  return seconds;
}

async function refusal(url: string, credential: string): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const { status } = await askGateway(url, credential, { path: "/v1/models" });
    if (status === 401) return performance.now();
    expect(status).toBe(200);
    await sleep(50);
  }
  throw new Error("it was never refused");
}
