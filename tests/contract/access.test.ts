import { describe, expect, test } from "vitest";
import { newId } from "#lib/base/ids";
import { type Asking, askGateway, identityOfFile } from "#tests/support/identity-callers";

const { stage, org, urls, statusesOf, codesOf, keyOf, createdKey } = identityOfFile();

const modelsOf = async (url: string, credential: string): Promise<string[]> =>
  (await askGateway(url, credential, { path: "/v1/models" })).body.data.map(({ id }: { id: string }) => id);

describe("access", () => {
  /** Both gateways come to see the same. */
  const settles = (credential: string, asking: Asking, code: string) =>
    expect.poll(() => codesOf(credential, asking), { timeout: 5_000, interval: 50 }).toEqual([code, code]);

  test("403: a key is used only for its scopes, and from its addresses", async () => {
    const key = await createdKey({ endpoints: ["models"] });
    expect(await codesOf(key.secret)).toEqual(["endpoint_not_allowed", "endpoint_not_allowed"]);
    expect(await statusesOf(key.secret, { path: "/v1/models" })).toEqual([200, 200]);
    const path = `/organizations/${org().id}/keys/${key.id}/access`;
    const changed = await stage().admin("POST", path, { endpoints: ["chat"], allowedIps: ["10.0.0.0/8", "::1"] });
    expect(changed).toMatchObject({
      status: 200,
      body: { endpoints: ["chat"], models: [], allowedIps: ["10.0.0.0/8", "::1"] },
    });
    await settles(key.secret, {}, "address_not_allowed");
    await stage().admin("POST", path, { allowedIps: ["127.0.0.0/8"] });
    await settles(key.secret, {}, "ok");
    await settles(key.secret, { path: "/v1/models" }, "endpoint_not_allowed");
  });

  test("403: organisation, project and key each narrow the models; their lists show no others", async () => {
    const own = await stage().organization();
    const member = await stage().member(own);
    const key = await createdKey({ models: ["a", "b"] }, own.id);
    const inProject = await stage().token(member, { project: "default" });
    const outside = await stage().token(member);
    expect(await modelsOf(urls()[0] ?? "", key.secret)).toEqual(["a", "alias-of-a", "b"]);
    await settles(key.secret, { model: "c" }, "model_not_allowed");

    await stage().admin("POST", `/organizations/${own.id}/access`, { models: ["alias-of-a", "c"] });
    await settles(key.secret, { model: "b" }, "model_not_allowed");
    await settles(inProject, { model: "b" }, "model_not_allowed");
    for (const url of urls()) {
      expect(await modelsOf(url, key.secret)).toEqual(["a", "alias-of-a"]);
      expect(await modelsOf(url, outside)).toEqual(["a", "alias-of-a", "c"]);
    }

    await stage().admin("POST", `/organizations/${own.id}/projects/${own.projectId}/access`, { models: ["c"] });
    await settles(key.secret, { model: "a" }, "model_not_allowed");
    await settles(inProject, { model: "a" }, "model_not_allowed");
    for (const url of urls()) {
      expect(await modelsOf(url, key.secret)).toEqual([]);
      expect(await modelsOf(url, inProject)).toEqual(["c"]);
      expect(await modelsOf(url, outside)).toEqual(["a", "alias-of-a", "c"]);
    }
    expect(await codesOf(inProject, { model: "c" })).toEqual(["ok", "ok"]);
  });

  test("403: a model's own rule on roles, plans and organisations counts for keys and tokens", async () => {
    const own = await stage().organization();
    const [developer, boss] = [await stage().member(own), await stage().member(own, "admin")];
    const credentials = {
      developersKey: (await keyOf(developer)).secret,
      developersToken: await stage().token(developer),
      bosssKey: (await keyOf(boss)).secret,
      bosssToken: await stage().token(boss),
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
    await stage().admin("POST", `/organizations/${own.id}/access`, { plan: "gold" });
    for (const credential of Object.values(credentials)) await settles(credential, { model: "for-gold" }, "ok");
  });

  test("what was set is read back: nothing is accepted and not stored (V-13)", async () => {
    const own = await stage().organization();
    const path = `/organizations/${own.id}`;
    const expiresAt = "2999-01-01T00:00:00.000Z";
    const access = { endpoints: ["chat", "embeddings"], models: ["a"], allowedIps: ["10.0.0.0/8", "2001:db8::/32"] };
    const key = await createdKey({ ...access, expiresAt }, own.id);
    expect((await stage().admin("GET", `${path}/keys`)).body.items).toMatchObject([
      { id: key.id, expiresAt, ...access },
    ]);
    await stage().admin("POST", `${path}/access`, { models: ["a", "b"], plan: "gold" });
    await stage().admin("POST", `${path}/projects/${own.projectId}/access`, { models: ["b"] });
    expect((await stage().admin("GET", path)).body).toMatchObject({
      models: ["a", "b"],
      plan: "gold",
      projects: [{ id: own.projectId, models: ["b"] }],
    });
  });

  test("400: what only the server may set; 404: a key or project under another organisation", async () => {
    const own = await stage().organization();
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
        expect({ path, ...(await stage().admin("POST", path, body)) }).toMatchObject({ path, status: 400 });
      }
    for (const path of [`keys/${key.id}`, `projects/${own.projectId}`])
      expect((await stage().admin("POST", `/organizations/${org().id}/${path}/access`, { models: ["a"] })).status).toBe(
        404,
      );
  });
});
