import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { newId } from "#lib/base/ids";
import type { ResponseToStore, Tenant } from "#lib/gateway/ports";
import { openSql, type Sql } from "#lib/platform/sql";
import { createTestDatabase, type TestDatabase } from "#tests/support/database";
import { openResponses } from "./responses.postgres.ts";

const DAY_MS = 86_400_000;
const secretsKey = randomBytes(32).toString("base64");

let database: TestDatabase;
let sql: Sql;
let client: pg.Client;
let logged: string[];
let store: ReturnType<typeof openResponses>;
let other: ReturnType<typeof openResponses>;
let ours: Tenant;

const log = { error: (text: string) => logged.push(text), warn: (text: string) => logged.push(text) };
const openStore = (given: { secretsKey?: string; sql?: Sql } = {}) =>
  openResponses({ sql, secretsKey, retentionDays: 30, log, ...given });

beforeAll(async () => {
  database = await createTestDatabase();
  sql = openSql(database.databaseUrl, 3);
  client = new pg.Client({ connectionString: database.databaseUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await sql.end();
  await database.drop();
});
beforeEach(async () => {
  await client.query("TRUNCATE stored_response");
  logged = [];
  store = openStore();
  other = openStore();
  ours = { orgId: newId(), projectId: newId(), isTest: false };
});
afterEach(() => Promise.all([store.close(1_000), other.close(1_000)]));

const responseOf = (responseId: string, given: Partial<ResponseToStore> = {}): ResponseToStore => ({
  tenant: ours,
  responseId,
  requestId: newId(),
  keyId: newId(),
  model: "model",
  turns: 3,
  createdAtMs: Date.now(),
  outputIds: [`msg_${responseId}`],
  input: Buffer.from('[{"role":"user","content":"a secret of the yard \u{1F682}"}]'),
  response: Buffer.from(`{"id":"${responseId}","n":12345678901234567890}`),
  ...given,
});

const rows = async () => (await client.query("SELECT * FROM stored_response ORDER BY id")).rows;
const written = (count: number) => vi.waitFor(async () => expect(await rows()).toHaveLength(count), { timeout: 5_000 });
const keep = async (...responses: readonly ResponseToStore[]) => {
  for (const response of responses) expect(store.port.store(response)).toBe(true);
  await written(responses.length);
};

describe("a stored response", () => {
  it("an id that no text in the database can be is nobody's, and no fault of the database", async () => {
    const { port } = store;
    expect(await port.find(ours, "resp_\0")).toBeUndefined();
    expect(await port.findByItems(ours, ["msg_\0"])).toEqual([]);
    expect(await port.remove(ours, "resp_\0")).toBe(false);
    expect(logged).toEqual([]);
  });

  it("comes back to the byte, in this process and in another, before and after it is written", async () => {
    const given = responseOf("resp_1");
    store.port.store(given);
    const expected = { turns: 3, input: given.input, response: given.response };
    expect(await store.port.find(ours, "resp_1")).toMatchObject(expected);
    expect(await other.port.find(ours, "resp_1")).toEqual(expected);
    await written(1);
    expect(await store.port.find(ours, "resp_1")).toMatchObject(expected);
  });

  it("is sealed: nothing of what was said is readable in the database", async () => {
    await keep(responseOf("resp_1"));
    const dump = JSON.stringify(await rows(), (_key, value) =>
      value?.type === "Buffer" ? Buffer.from(value.data).toString("latin1") : value,
    );
    expect(dump).toContain("resp_1");
    expect(dump).not.toContain("secret of the yard");
    expect(dump).not.toContain("12345678901234567890");
  });

  it("opens neither with another key, nor in the place of another row or part", async () => {
    await keep(responseOf("resp_1"), responseOf("resp_2"));
    await expect(
      openStore({ secretsKey: randomBytes(32).toString("base64") }).port.find(ours, "resp_1"),
    ).rejects.toThrow("does not open");
    await client.query(
      `UPDATE stored_response SET response = (SELECT response FROM stored_response WHERE response_id = 'resp_2')
        WHERE response_id = 'resp_1'`,
    );
    await expect(store.port.find(ours, "resp_1")).rejects.toThrow("does not open");
    await client.query("UPDATE stored_response SET input = response");
    await expect(store.port.find(ours, "resp_2")).rejects.toThrow("does not open");
  });

  it("is its tenant's alone: not another organisation's, project's or mode's", async () => {
    await keep(responseOf("resp_1"));
    const strangers: readonly Tenant[] = [
      { ...ours, orgId: newId() },
      { ...ours, projectId: newId() },
      { ...ours, projectId: null },
      { ...ours, isTest: true },
    ];
    for (const stranger of strangers) {
      expect(await store.port.find(stranger, "resp_1")).toBeUndefined();
      expect(await store.port.findByItems(stranger, ["msg_resp_1"])).toEqual([]);
      expect(await store.port.remove(stranger, "resp_1")).toBe(false);
    }
    expect(await store.port.find(ours, "resp_1")).toBeDefined();
  });

  it("shares its id with those of other tenants, and gives way to a later one of its own", async () => {
    const theirs = { ...ours, orgId: newId() };
    const anywhere = { ...ours, projectId: null };
    await keep(
      responseOf("resp_1"),
      responseOf("resp_1", { tenant: theirs }),
      responseOf("resp_1", { tenant: anywhere }),
    );
    const later = responseOf("resp_1", { response: Buffer.from('{"later":true}') });
    store.port.store(later);
    await store.close(1_000);
    expect(await rows()).toHaveLength(3);
    expect((await other.port.find(ours, "resp_1"))?.response).toEqual(later.response);
    expect((await other.port.find(theirs, "resp_1"))?.response).not.toEqual(later.response);
  });

  it("is found by the items of its output, also while it is being written", async () => {
    await keep(responseOf("resp_1"), responseOf("resp_2"));
    const third = responseOf("resp_3", { outputIds: ["msg_a", "msg_b"] });
    store.port.store(third);
    const found = await store.port.findByItems(ours, ["msg_resp_1", "msg_b", "msg_none"]);
    expect(found.map((one) => JSON.parse(Buffer.from(one).toString()).id)).toEqual(["resp_1", "resp_3"]);
  });

  it("is gone when removed, once, also while it is being written", async () => {
    await keep(responseOf("resp_1"));
    store.port.store(responseOf("resp_2"));
    for (const id of ["resp_1", "resp_2"]) {
      expect(await store.port.remove(ours, id)).toBe(true);
      expect(await store.port.remove(ours, id)).toBe(false);
      expect(await store.port.find(ours, id)).toBeUndefined();
    }
    await store.close(1_000);
    expect(await rows()).toEqual([]);
  });

  it("of eight megabytes is kept", async () => {
    const input = Buffer.from(JSON.stringify(["x".repeat(8 * 1024 * 1024 - 100)]));
    await keep(responseOf("resp_1", { input }));
    expect((await other.port.find(ours, "resp_1"))?.input.length).toBe(input.length);
  });
});

describe("the retention", () => {
  const old = () => responseOf("resp_old", { createdAtMs: Date.now() - 31 * DAY_MS });

  it("ends what is older: it is neither found nor removed", async () => {
    await keep(old(), responseOf("resp_new"));
    expect(await other.port.find(ours, "resp_old")).toBeUndefined();
    expect(await other.port.findByItems(ours, ["msg_resp_old"])).toEqual([]);
    expect(await other.port.remove(ours, "resp_old")).toBe(false);
    expect(await other.port.find(ours, "resp_new")).toBeDefined();
  });
});

describe("a database that cannot be reached", () => {
  it("is a refusal of its own for who reads, and no failure for who stores", async () => {
    const nowhere = openSql("postgresql://nobody:x@127.0.0.1:1/none", 1);
    const { port, close } = openStore({ sql: nowhere });
    await expect(port.find(ours, "resp_1")).rejects.toMatchObject({ code: "responses_unavailable", status: 503 });
    expect(port.store(responseOf("resp_1"))).toBe(true);
    expect(await port.find(ours, "resp_1")).toBeDefined();
    await close(10);
    expect(logged).toContain("stored responses were lost");
    await nowhere.end();
  });
});
