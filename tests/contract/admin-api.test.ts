import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type KeyKind, mintKey } from "#lib/base/api-key";
import { newId } from "#lib/base/ids";
import { BODY_BYTES_MAX } from "#lib/mounts/admin-api/read-body";
import { ADMIN_PATH, ADMIN_ROUTES } from "#lib/mounts/admin-api/table";
import { openWorker, type Worker } from "#lib/mounts/worker";
import { loadConfig } from "#lib/platform/config";
import { hashKey } from "#lib/platform/key-hash";
import { openWire } from "#tests/configuration/breakable-wire";
import { openStage, type Stage } from "#tests/support/stage";

const pepper = randomBytes(32).toString("hex");
const dataDir = mkdtempSync(join(tmpdir(), "switchyard-admin-"));
let stage: Stage;
let wire: Awaited<ReturnType<typeof openWire>>;
let worker: Worker;
let origin: string;
let admin: string;

beforeAll(async () => {
  stage = await openStage();
  wire = await openWire(stage.databaseUrl);
  const config = loadConfig(
    {},
    {
      DATABASE_URL: wire.databaseUrl,
      DATA_DIR: dataDir,
      AUTH_SECRET: randomBytes(32).toString("hex"),
      KEY_PEPPER: pepper,
      SECRETS_KEY: randomBytes(32).toString("base64"),
      PUBLIC_URL: "https://switchyard.example",
      LOG_LEVEL: "error",
    },
  );
  worker = await openWorker(config);
  worker.server.listen(0, "127.0.0.1");
  await once(worker.server, "listening");
  const address = worker.server.address();
  origin = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  admin = await plantKey("admin");
});
afterAll(async () => {
  await worker.close(2_000);
  await wire.cut();
  await stage.close();
  rmSync(dataDir, { recursive: true });
});

async function plantKey(kind: KeyKind, given: { expiresAt?: Date; revokedAt?: Date } = {}): Promise<string> {
  const { secret, publicId, last4 } = mintKey(kind);
  const orgId = kind === "admin" ? null : stage.ours.id;
  const hash = new Uint8Array(hashKey(secret, pepper));
  await stage.db.apiKey.create({ data: { id: newId(), orgId, name: kind, kind, publicId, last4, hash, ...given } });
  return secret;
}

type Asking = {
  readonly method?: string;
  readonly key?: string | null;
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

const Refusal = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    param: z.string().nullable(),
    requestId: z.uuid(),
  }),
});

/** Asks and reads; every answer must be JSON and carry its request id, every refusal our one shape. */
async function ask(path: string, asking: Asking = {}) {
  const { key = admin, body, text, headers } = asking;
  const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(new URL(path.startsWith("/api") ? path : ADMIN_PATH + path, origin), {
    method: asking.method ?? (sent === undefined ? "GET" : "POST"),
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(sent === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: sent,
  });
  const answer: unknown = await response.json();
  const requestId = response.headers.get("x-request-id");
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  const isReadiness = typeof answer === "object" && answer !== null && "problems" in answer;
  if (response.status < 400 || isReadiness) return { status: response.status, answer, headers: response.headers };
  const { error } = Refusal.parse(answer);
  expect(error.requestId).toBe(requestId);
  return { status: response.status, answer, headers: response.headers, ...error };
}

const Made = z.object({ id: z.uuid() });
const createOrganization = async (name = "Acme") =>
  Made.parse((await ask("/organizations", { body: { name } })).answer).id;

const EXAMPLE = newId();
const pathOf = (path: string) => path.replaceAll(/\{[^}]+\}/g, EXAMPLE);

describe("who may call", () => {
  test("401 and 403: every route refuses without a key, with a malformed, unknown, expired, revoked or foreign one", async () => {
    const live = await plantKey("live");
    const trial = await plantKey("test");
    const refused: readonly (readonly [string | null, number, string])[] = [
      [null, 401, "missing_api_key"],
      ["", 401, "missing_api_key"],
      ["nonsense", 401, "invalid_api_key"],
      [`${admin.slice(0, -1)}${admin.endsWith("0") ? "1" : "0"}`, 401, "invalid_api_key"],
      [mintKey("admin").secret, 401, "invalid_api_key"],
      [await plantKey("admin", { expiresAt: new Date(Date.now() - 1_000) }), 401, "invalid_api_key"],
      [await plantKey("admin", { revokedAt: new Date() }), 401, "invalid_api_key"],
      [live, 403, "forbidden"],
      [trial, 403, "forbidden"],
    ];
    expect(ADMIN_ROUTES.length).toBeGreaterThan(15);
    for (const { method, path } of ADMIN_ROUTES) {
      for (const [key, status, code] of refused) {
        expect({ method, path, ...(await ask(pathOf(path), { method, key })) }).toMatchObject({
          method,
          path,
          status,
          code,
        });
      }
    }
    const { headers } = await ask("/organizations", { key: null });
    expect(headers.get("www-authenticate")).toBe("Bearer");
  });

  test("401: also where there is no such path, so that nobody can look around", async () => {
    expect(await ask("/nowhere", { key: null })).toMatchObject({ status: 401 });
  });

  test("401: a key revoked a moment ago stops working within five seconds", async () => {
    const key = await plantKey("admin");
    expect(await ask("/users", { key })).toMatchObject({ status: 200 });
    await stage.db.apiKey.updateMany({
      where: { last4: key.slice(-4), kind: "admin" },
      data: { revokedAt: new Date() },
    });
    const deadline = Date.now() + 5_000;
    await expect.poll(async () => (await ask("/users", { key })).status, { timeout: 5_000, interval: 250 }).toBe(401);
    expect(Date.now()).toBeLessThan(deadline);
  });

  test("the scheme is read in any case, a key in the query is not", async () => {
    expect(await ask("/users", { key: null, headers: { authorization: `bEaReR  ${admin}` } })).toMatchObject({
      status: 200,
    });
    expect(await ask(`/users?key=${admin}`, { key: null })).toMatchObject({ status: 401 });
  });
});

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
    const [record] = await stage.record({
      orgId: stage.ours.id,
      rejected: [{ deployment: "m/b", reason: "circuit open" }],
    });
    check("summarizeUsage", (await ask("/usage?hours=24")).answer);
    check("listRequests", (await ask(`/requests?orgId=${stage.ours.id}&status=200`)).answer);
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

describe("what is refused", () => {
  test("400: a wrong body names its field; 404: an unknown organisation, in every route under it", async () => {
    expect(await ask("/organizations", { body: { name: "" } })).toMatchObject({
      status: 400,
      code: "invalid_field",
      param: "name",
    });
    expect(await ask("/organizations", { body: { name: "x", owner: 1 } })).toMatchObject({
      status: 400,
      param: "owner",
    });
    expect(await ask("/organizations", { method: "POST" })).toMatchObject({ status: 400 });
    expect(await ask("/organizations/nobody")).toMatchObject({ status: 400, param: "id" });
    const nobody = `/organizations/${newId()}`;
    const calls = [
      ask(nobody),
      ask(`${nobody}/keys`),
      ask(`${nobody}/keys`, { body: { name: "k" } }),
      ask(`${nobody}/keys/${newId()}`, { method: "DELETE" }),
      ask(`${nobody}/credits`, { body: { amountUsd: "1", reason: "x" } }),
    ];
    for (const call of calls) expect(await call).toMatchObject({ status: 404, code: "not_found" });
  });

  test("404: a key under another organisation than its own", async () => {
    const own = await createOrganization("Own");
    const other = await createOrganization("Other");
    const { id } = Made.parse((await ask(`/organizations/${own}/keys`, { body: { name: "k" } })).answer);
    expect(await ask(`/organizations/${other}/keys/${id}`, { method: "DELETE" })).toMatchObject({ status: 404 });
    expect((await ask(`/organizations/${own}/keys`)).answer).toMatchObject({ items: [{ id, status: "active" }] });
  });

  test("400: a query that is unknown, given twice, or out of bounds", async () => {
    expect(await ask("/users?page=2")).toMatchObject({ status: 400, param: "page" });
    expect(await ask("/users?limit=1&limit=2")).toMatchObject({ status: 400, param: "limit" });
    expect(await ask("/users?limit=201")).toMatchObject({ status: 400, param: "limit" });
    expect(await ask("/users?cursor=next")).toMatchObject({ status: 400, param: "cursor" });
  });

  test("405: another method, with those there are; 404: another path", async () => {
    const refused = await ask("/organizations", { method: "PUT" });
    expect(refused).toMatchObject({ status: 405, code: "method_not_allowed" });
    expect(refused.headers.get("allow")).toBe("POST, GET");
    for (const path of ["/nowhere", "/organizations/", "/", "", "/api/nowhere"]) {
      expect(await ask(path)).toMatchObject({ status: 404, code: "not_found" });
    }
    expect(await ask("/organizations/%ff")).toMatchObject({ status: 400 });
  });

  test("413: a body above a mebibyte, announced or not; 415: another type; 400: no JSON, too deep, not UTF-8", async () => {
    const text = JSON.stringify({ name: "x".repeat(BODY_BYTES_MAX) });
    expect(await ask("/organizations", { text })).toMatchObject({ status: 413, code: "body_too_large" });
    expect(
      await ask("/organizations", { body: { name: "x" }, headers: { "content-type": "text/plain" } }),
    ).toMatchObject({
      status: 415,
      code: "unsupported_content",
    });
    expect(
      await ask("/organizations", { text: "version: 1", headers: { "content-type": "application/yaml" } }),
    ).toMatchObject({ status: 415 });
    expect(await ask("/organizations", { text: "{" })).toMatchObject({ status: 400, code: "invalid_json" });
    expect(await ask("/organizations", { text: `${"[".repeat(200)}${"]".repeat(200)}` })).toMatchObject({
      status: 400,
      code: "too_complex",
    });
    const post = `POST ${ADMIN_PATH}/organizations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${admin}\r\ncontent-type: application/json\r\n`;
    const chunk = Buffer.alloc(BODY_BYTES_MAX / 8, "x");
    const chunks = Array.from({ length: 9 }, () => [`${chunk.length.toString(16)}\r\n`, chunk, "\r\n"]).flat();
    const endless = await speak(`${post}transfer-encoding: chunked\r\n\r\n`, ...chunks);
    expect(endless).toMatch(/^HTTP\/1\.1 413 .*connection: close/is);
    const bytes = await speak(`${post}content-length: 2\r\nconnection: close\r\n\r\n`, Buffer.from([0xff, 0xfe]));
    expect(bytes).toMatch(/^HTTP\/1\.1 400 .*not UTF-8/s);
  });

  test("a caller that leaves in the middle of its body disturbs nobody", async () => {
    const socket = connect(Number(new URL(origin).port), "127.0.0.1");
    socket.write(
      `POST ${ADMIN_PATH}/organizations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${admin}\r\ncontent-length: 100\r\n\r\n{`,
    );
    await once(socket, "connect");
    socket.destroy();
    expect(await ask("/users?limit=1")).toMatchObject({ status: 200 });
  });
});

describe("the process", () => {
  test("says that it lives and is ready, to anyone", async () => {
    expect(await ask("/api/../healthz", { key: null })).toMatchObject({ status: 200, answer: { status: "ok" } });
    expect(await ask("/api/../readyz", { key: null })).toMatchObject({ status: 200, answer: { status: "ready" } });
  });

  test("503: while the database is away, and heals when it is back", async () => {
    await wire.cut();
    expect(await ask("/api/../healthz", { key: null })).toMatchObject({ status: 200 });
    expect(await ask("/api/../readyz", { key: null })).toMatchObject({ status: 503 });
    const refused = await ask("/users");
    expect(refused).toMatchObject({ status: 503, code: "not_ready" });
    expect(refused.headers.get("retry-after")).toBe("5");
    await wire.mend();
    await expect.poll(async () => (await ask("/users")).status, { timeout: 10_000 }).toBe(200);
  });
});

/** Writes raw bytes and gives what comes back until the other side closes. */
async function speak(...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(Number(new URL(origin).port), "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk)).on("error", () => undefined);
  for (const part of parts) socket.write(part);
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}
