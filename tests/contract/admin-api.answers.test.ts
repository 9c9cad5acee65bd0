import { describe, expect, test } from "vitest";
import { z } from "zod";
import { newId } from "#lib/base/ids";
import { ADMIN_ROUTES } from "#lib/mounts/admin-api/table";
import { adminApiOfFile, Made, pathOf } from "#tests/support/admin-api";

const { stage, ask, createOrganization } = adminApiOfFile();

describe("the OpenAPI document", () => {
  const Document = z.object({
    openapi: z.literal("3.1.0"),
    servers: z.array(z.object({ url: z.string() })),
    paths: z.record(
      z.string(),
      z.record(
        z.string(),
        z.object({ operationId: z.string(), parameters: z.array(z.object({ name: z.string(), in: z.string() })) }),
      ),
    ),
  });

  test("names exactly the routes that answer, and every parameter of their paths", async () => {
    const document = Document.parse((await ask("/api/openapi.json", { key: null })).answer);
    expect(document.servers).toEqual([{ url: "https://switchyard.example/api/admin/v1" }]);
    const listed = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(listed.sort()).toEqual(ADMIN_ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
    for (const [path, operations] of Object.entries(document.paths)) {
      const names = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
      for (const { parameters } of Object.values(operations)) {
        expect(parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name)).toEqual(names);
      }
    }
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("of all that it names, nothing is unknown to the server", async () => {
    for (const { method, path } of ADMIN_ROUTES) {
      const { status } = await ask(pathOf(path), { method, text: method === "POST" ? "[]" : undefined });
      expect({ method, path, status }).not.toMatchObject({ status: 405 });
      expect({ method, path, status }).not.toMatchObject({ status: 500 });
    }
  });
});

describe("answers", () => {
  /** Reads an answer by the very shape the document gives for it. */
  const check = (routeId: string, answer: unknown) => {
    const route = ADMIN_ROUTES.find(({ id }) => id === routeId);
    const read = route?.output.safeParse(answer);
    expect({ routeId, error: read?.error }).toEqual({ routeId, error: undefined });
  };

  test("hold the shapes of the document: organisations, credits, keys", async () => {
    const made = await ask("/organizations", { body: { name: "Shapes" } });
    expect(made.status).toBe(201);
    check("createOrganization", made.answer);
    const { id } = Made.parse(made.answer);
    const credited = await ask(`/organizations/${id}/credits`, { body: { amountUsd: "10", reason: "hello" } });
    expect(credited.status).toBe(201);
    check("addCredit", credited.answer);
    const read = await ask(`/organizations/${id}`);
    check("readOrganization", read.answer);
    expect(read.answer).toMatchObject({ id, name: "Shapes", balanceUsd: "10.000000000", availableUsd: "10.000000000" });
    check("listOrganizations", (await ask("/organizations?limit=2&search=shapes")).answer);
    const key = await ask(`/organizations/${id}/keys`, {
      body: { name: "first", expiresAt: "2999-01-01T00:00:00+08:00" },
    });
    expect(key.status).toBe(201);
    check("createKey", key.answer);
    check("listKeys", (await ask(`/organizations/${id}/keys`)).answer);
    const keyId = Made.parse(key.answer).id;
    for (const _ of ["once", "twice"]) {
      const revoked = await ask(`/organizations/${id}/keys/${keyId}`, { method: "DELETE" });
      expect(revoked.status).toBe(200);
      check("revokeKey", revoked.answer);
    }
    check("listAudit", (await ask(`/audit?orgId=${id}`)).answer);
  });

  test("hold the shapes of the document: users, usage, requests, health", async () => {
    const user = await ask("/users", { body: { email: `${newId()}@example.com`, name: "Ada" } });
    check("createUser", user.answer);
    const userId = Made.parse(user.answer).id;
    check("disableUser", (await ask(`/users/${userId}/disable`, { method: "POST" })).answer);
    check("enableUser", (await ask(`/users/${userId}/enable`, { method: "POST" })).answer);
    check("listUsers", (await ask("/users?limit=1")).answer);
    const [record] = await stage().record({
      orgId: stage().ours.id,
      rejected: [{ deployment: "m/b", reason: "circuit open" }],
    });
    check("summarizeUsage", (await ask("/usage?hours=24")).answer);
    check("listRequests", (await ask(`/requests?orgId=${stage().ours.id}&status=200`)).answer);
    const request = await ask(`/requests/${record?.id}`);
    check("readRequest", request.answer);
    expect(request.answer).toMatchObject({ id: record?.id, costUsd: "0.000019000", rejected: [{ deployment: "m/b" }] });
    check("readHealth", (await ask("/health")).answer);
  });

  test("a configuration is published as JSON or YAML, listed, read and activated", async () => {
    const document = (input: number) => ({
      version: 1,
      providers: [{ id: "sandbox", kind: "sandbox" }],
      models: [
        { id: "m", price: { input, output: 2 }, deployments: [{ id: "d", provider: "sandbox", upstreamModel: "x" }] },
      ],
    });
    const first = await ask("/config?message=first", { body: document(1) });
    expect(first).toMatchObject({ status: 201, answer: { number: 1, isNew: true } });
    check("publishConfig", first.answer);
    const yaml =
      "version: 1\nproviders: [{ id: sandbox, kind: sandbox }]\nmodels:\n  - id: m\n    price: { input: 2, output: 2 }\n    deployments: [{ id: d, provider: sandbox, upstreamModel: x }]\n";
    const second = await ask("/config?expectedVersion=1", {
      text: yaml,
      headers: { "content-type": "application/yaml" },
    });
    expect(second).toMatchObject({ status: 201, answer: { number: 2, isNew: true } });
    expect(await ask("/config?expectedVersion=1", { body: document(3) })).toMatchObject({
      status: 409,
      code: "conflict",
    });
    const listed = await ask("/config");
    check("listConfigVersions", listed.answer);
    expect(listed.answer).toMatchObject({
      items: [
        { number: 2, isActive: true },
        { number: 1, message: "first", isActive: false },
      ],
    });
    const active = await ask("/config/active");
    check("readConfig", active.answer);
    expect(active.answer).toMatchObject({ number: 2, author: expect.stringContaining("admin-key:") });
    const back = await ask("/config/1/activate", { method: "POST" });
    check("activateConfig", back.answer);
    expect(back).toMatchObject({ status: 200, answer: { number: 1, isActivated: true } });
    expect(await ask("/config", { body: { version: 1, providers: [], models: [{ id: "m" }] } })).toMatchObject({
      status: 400,
      code: "invalid_field",
    });
    expect(await ask("/config/999")).toMatchObject({ status: 404 });
    expect(await ask("/config/nine")).toMatchObject({ status: 400, param: "number" });
  });

  test("a credit repeated with its idempotency key is the same credit; with another body it is refused", async () => {
    const path = `/organizations/${await createOrganization()}/credits`;
    const headers = { "idempotency-key": newId() };
    const body = { amountUsd: "1.25", reason: "once" };
    const first = await ask(path, { body, headers });
    expect((await ask(path, { body, headers })).answer).toEqual(first.answer);
    expect(await ask(path, { body: { ...body, amountUsd: "2" }, headers })).toMatchObject({
      status: 409,
      code: "conflict",
    });
    const read = await ask(path.replace("/credits", ""));
    expect(read.answer).toMatchObject({ balanceUsd: "1.250000000" });
  });
});
