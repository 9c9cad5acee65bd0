import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { mintKey } from "#lib/base/api-key";
import { newId } from "#lib/base/ids";
import { BODY_BYTES_MAX } from "#lib/mounts/admin-api/read-body";
import { ADMIN_PATH, ADMIN_ROUTES } from "#lib/mounts/admin-api/table";
import { adminApiOfFile, Made, pathOf } from "#tests/support/admin-api";

const { stage, wire, origin, admin, plantKey, ask, createOrganization } = adminApiOfFile();

describe("who may call", () => {
  test("401 and 403: every route refuses without a key, with a malformed, unknown, expired, revoked or foreign one", async () => {
    const live = await plantKey("live");
    const trial = await plantKey("test");
    const refused: readonly (readonly [string | null, number, string])[] = [
      [null, 401, "missing_api_key"],
      ["", 401, "missing_api_key"],
      ["nonsense", 401, "invalid_api_key"],
      [`${admin().slice(0, -1)}${admin().endsWith("0") ? "1" : "0"}`, 401, "invalid_api_key"],
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
    await stage().db.apiKey.updateMany({
      where: { last4: key.slice(-4), kind: "admin" },
      data: { revokedAt: new Date() },
    });
    const deadline = Date.now() + 5_000;
    await expect.poll(async () => (await ask("/users", { key })).status, { timeout: 5_000, interval: 250 }).toBe(401);
    expect(Date.now()).toBeLessThan(deadline);
  });

  test("the scheme is read in any case, a key in the query is not", async () => {
    expect(await ask("/users", { key: null, headers: { authorization: `bEaReR  ${admin()}` } })).toMatchObject({
      status: 200,
    });
    expect(await ask(`/users?key=${admin()}`, { key: null })).toMatchObject({ status: 401 });
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

  test("400: half of a character, in a value or in a name, which no database holds", async () => {
    for (const text of ['{"name":"a\\ud800b"}', '{"name":"a","x\\udfff":1}', '{"name":"a\\u0000"}'])
      expect(await ask("/organizations", { method: "POST", text })).toMatchObject({
        status: 400,
        code: "invalid_field",
      });
    const whole = await ask("/organizations", { method: "POST", text: '{"name":"\\ud83d\\ude00"}' });
    expect(whole).toMatchObject({ status: 201 });
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
    const post = `POST ${ADMIN_PATH}/organizations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${admin()}\r\ncontent-type: application/json\r\n`;
    const chunk = Buffer.alloc(BODY_BYTES_MAX / 8, "x");
    const chunks = Array.from({ length: 9 }, () => [`${chunk.length.toString(16)}\r\n`, chunk, "\r\n"]).flat();
    const endless = await speak(`${post}transfer-encoding: chunked\r\n\r\n`, ...chunks);
    expect(endless).toMatch(/^HTTP\/1\.1 413 .*connection: close/is);
    const bytes = await speak(`${post}content-length: 2\r\nconnection: close\r\n\r\n`, Buffer.from([0xff, 0xfe]));
    expect(bytes).toMatch(/^HTTP\/1\.1 400 .*not UTF-8/s);
  });

  test("a caller that leaves in the middle of its body disturbs nobody", async () => {
    const socket = connect(Number(new URL(origin()).port), "127.0.0.1");
    socket.write(
      `POST ${ADMIN_PATH}/organizations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${admin()}\r\ncontent-length: 100\r\n\r\n{`,
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
    await wire().cut();
    expect(await ask("/api/../healthz", { key: null })).toMatchObject({ status: 200 });
    expect(await ask("/api/../readyz", { key: null })).toMatchObject({ status: 503 });
    const refused = await ask("/users");
    expect(refused).toMatchObject({ status: 503, code: "not_ready" });
    expect(refused.headers.get("retry-after")).toBe("5");
    await wire().mend();
    await expect.poll(async () => (await ask("/users")).status, { timeout: 10_000 }).toBe(200);
  });
});

/** Writes raw bytes and gives what comes back until the other side closes. */
async function speak(...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(Number(new URL(origin()).port), "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk)).on("error", () => undefined);
  for (const part of parts) socket.write(part);
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}

test("400: a text with a character that the database cannot hold, in a filter or in a field", async () => {
  const filters = ADMIN_ROUTES.filter(({ method }) => method === "GET").flatMap(({ path, query }) =>
    Object.keys(query.shape).map((name) => `${pathOf(path)}?${name}=%00`),
  );
  expect(filters.length).toBeGreaterThan(15);
  for (const path of filters) expect({ path, ...(await ask(path)) }).toMatchObject({ path, status: 400 });
  const name = "a\0b";
  expect(await ask("/organizations", { body: { name } })).toMatchObject({ status: 400, code: "invalid_field" });
  const keys = `/organizations/${await createOrganization()}/keys`;
  expect(await ask(keys, { body: { name, kind: "live" } })).toMatchObject({ status: 400, code: "invalid_field" });
});
