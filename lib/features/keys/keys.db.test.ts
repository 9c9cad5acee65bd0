import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseKey } from "#lib/base/api-key";
import { CHANNELS } from "#lib/base/events";
import { newId } from "#lib/base/ids";
import { ORG_ROLES } from "#lib/base/permissions";
import { hashKey } from "#lib/platform/key-hash";
import { openStage, type Stage } from "#tests/support/stage";
import { createKey } from "./create-key.ts";
import { findFirstRequest } from "./find-first-request.ts";
import { listKeys } from "./list-keys.ts";
import { revokeKey } from "./revoke-key.ts";
import { updateKeyAccess } from "./update-key-access.ts";

const deps = { keyPepper: "p".repeat(32) };
const WRONG_ADDRESSES = [
  "",
  "localhost",
  "10.0.0",
  "10.0.0.256",
  "010.0.0.1",
  "0x0a.0.0.1",
  "167772161",
  "10.0.0.0/33",
  "10.0.0.0/",
  "10.0.0.0/08",
  "10.0.0.0/-1",
  "10.0.0.0/8/8",
  "10.0.0.1/8",
  "10.0.0.1:80",
  "10.0.0.0/255.0.0.0",
  "fe80::1%eth0",
  "2001:db8::1/32",
  "2001:db8::/129",
  "[2001:db8::1]",
  "::ffff:10.0.0.1",
  "::ffff:0:0/96",
  "2001:db8::1::2",
];

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const admin = () => stage.ours.as("admin");
const create = (name = "a key") => createKey(admin(), { name }, deps);

describe("creating", () => {
  test("gives a secret that is stored nowhere but as its hash", async () => {
    const key = await create("one");
    expect(parseKey(key.secret)).toEqual({ kind: "live", publicId: key.publicId });
    expect(key.secret.endsWith(key.last4)).toBe(true);
    const row = await stage.db.apiKey.findUniqueOrThrow({ where: { id: key.id } });
    expect(Buffer.from(row.hash)).toEqual(hashKey(key.secret, deps.keyPepper));
    expect(row).toMatchObject({
      orgId: stage.ours.id,
      projectId: stage.ours.projectId,
      kind: "live",
      createdById: null,
    });
    const everything = JSON.stringify([row, await stage.db.auditLog.findMany(), await listKeys(admin())]);
    expect(everything).not.toContain(key.secret);
  });

  test("is audited in the same transaction, without the hash", async () => {
    const key = await create("audited");
    const [row] = await stage.db.auditLog.findMany({ where: { target: key.id } });
    expect(row).toMatchObject({ action: "key.create", orgId: stage.ours.id, actorId: "test" });
    expect(row?.after).toEqual({
      name: "audited",
      kind: "live",
      publicId: key.publicId,
      projectId: stage.ours.projectId,
      expiresAt: null,
      endpoints: null,
      models: null,
      allowedIps: null,
    });
  });

  test("stores what it may be used for, tells and audits it (V-13)", async () => {
    const access = {
      endpoints: ["chat" as const, "models" as const, "chat" as const],
      models: ["gpt-4.1", "openai/gpt-4.1:fast@2025", "gpt-4.1"],
      allowedIps: ["10.0.0.0/8", " 192.0.2.7 ", "2001:DB8:0:0::/32", "192.0.2.7", "0.0.0.0/0", "::1"],
    };
    const stored = {
      endpoints: ["chat", "models"],
      models: ["gpt-4.1", "openai/gpt-4.1:fast@2025"],
      allowedIps: ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "0.0.0.0/0", "::1"],
    };
    const key = await createKey(admin(), { name: "narrow", ...access }, deps);
    expect(key).toMatchObject(stored);
    expect(await stage.db.apiKey.findUnique({ where: { id: key.id } })).toMatchObject(stored);
    expect((await listKeys(admin(), { limit: 1 })).items[0]).toMatchObject({ id: key.id, ...stored });
    const row = await stage.db.auditLog.findFirst({ where: { target: key.id } });
    expect(row?.after).toMatchObject({
      endpoints: "chat models",
      models: "gpt-4.1 openai/gpt-4.1:fast@2025",
      allowedIps: "10.0.0.0/8 192.0.2.7 2001:db8::/32 0.0.0.0/0 ::1",
    });
  });

  test.each(WRONG_ADDRESSES)("400: %j is no address to allow", async (entry) => {
    const input = { name: "k", allowedIps: ["192.0.2.1", entry] };
    await expect(createKey(admin(), input, deps)).rejects.toMatchObject({ param: "allowedIps.1" });
    const { id } = await create();
    const update = updateKeyAccess(admin(), { id, allowedIps: [entry] });
    await expect(update).rejects.toMatchObject({ code: "invalid_field", param: "allowedIps.0" });
  });

  test("400: an endpoint that is none, a model that cannot be a name, more addresses than 64", async () => {
    const wrong = [
      { endpoints: ["everything"] },
      { endpoints: "chat" },
      { models: [""] },
      { models: ["a b"] },
      { models: Array.from({ length: 201 }, (_, index) => `m${index}`) },
      { allowedIps: Array.from({ length: 65 }, (_, index) => `10.0.0.${index}`) },
      { allowedIps: [7] },
      { allowedIps: ["1".repeat(65)] },
    ];
    for (const input of wrong) {
      // @ts-expect-error what a caller without our types may send
      await expect(createKey(admin(), { name: "k", ...input }, deps)).rejects.toMatchObject({ name: "ZodError" });
    }
  });

  test("400: what only the server may set (V-08)", async () => {
    const fields = [
      "id",
      "orgId",
      "createdById",
      "publicId",
      "hash",
      "last4",
      "revokedAt",
      "lastUsedAt",
      "plan",
      "role",
    ];
    for (const field of fields) {
      const input = { name: "k", [field]: newId() };
      await expect(createKey(admin(), input, deps)).rejects.toMatchObject({ name: "ZodError" });
      const update = { id: (await create()).id, [field === "id" ? "keyId" : field]: newId() };
      await expect(updateKeyAccess(admin(), update)).rejects.toMatchObject({ name: "ZodError" });
    }
  });

  test("names the user who made it", async () => {
    const user = await stage.db.user.create({ data: { id: newId(), email: `${newId()}@example.com`, name: "Ada" } });
    const key = await createKey(stage.ours.as("developer", user.id), { name: "mine", kind: "test" }, deps);
    const { items } = await listKeys(admin(), { limit: 1 });
    expect(items[0]).toMatchObject({ id: key.id, createdByName: "Ada", kind: "test", status: "active" });
  });

  test("400: an empty name, an unknown field, an admin key, a time that has passed", async () => {
    const wrong = [
      { name: " " },
      { name: "k", orgId: stage.theirs.id },
      { name: "k", kind: "admin" },
      { name: "k", expiresAt: "tomorrow" },
    ];
    for (const input of wrong) {
      // @ts-expect-error what a caller without our types may send
      await expect(createKey(admin(), input, deps)).rejects.toMatchObject({ name: "ZodError" });
    }
    const past = { name: "k", expiresAt: "2020-01-01T00:00:00Z" };
    await expect(createKey(admin(), past, deps)).rejects.toMatchObject({ code: "invalid_field", param: "expiresAt" });
  });

  test("404: a project of another organisation, or an archived one", async () => {
    const archived = await stage.db.project.create({
      data: { id: newId(), orgId: stage.ours.id, name: "Old", slug: newId(), archivedAt: new Date() },
    });
    for (const projectId of [stage.theirs.projectId, archived.id]) {
      await expect(createKey(admin(), { name: "k", projectId }, deps)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  test("403: for who may not write keys", async () => {
    const refused = ORG_ROLES.filter((role) => !["owner", "admin", "developer"].includes(role));
    expect(refused).toEqual(["billing", "viewer"]);
    for (const role of refused) {
      await expect(createKey(stage.ours.as(role), { name: "k" }, deps)).rejects.toMatchObject({ code: "forbidden" });
    }
    const support = stage.inside(stage.ours.id, { platform: "support" });
    await expect(createKey(support, { name: "k" }, deps)).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("changing what a key may be used for", () => {
  test("sets the lists that are given, leaves the others, and is told and audited with what was before", async () => {
    const key = await createKey(admin(), { name: "k", endpoints: ["chat"], models: ["a"] }, deps);
    const heard = await hearing(CHANNELS.keyChanged, () =>
      updateKeyAccess(stage.ours.as("developer"), { id: key.id, models: ["b", "c"], allowedIps: ["10.0.0.0/8"] }),
    );
    const access = { endpoints: ["chat"], models: ["b", "c"], allowedIps: ["10.0.0.0/8"] };
    expect(heard).toEqual({ result: { id: key.id, ...access }, payloads: [key.publicId] });
    expect(await stage.db.apiKey.findUnique({ where: { id: key.id } })).toMatchObject(access);
    const [row] = await stage.db.auditLog.findMany({ where: { target: key.id, action: "key.access" } });
    expect(row?.before).toEqual({ endpoints: "chat", models: "a", allowedIps: null });
    expect(row?.after).toEqual({ endpoints: "chat", models: "b c", allowedIps: "10.0.0.0/8" });
    const freed = await updateKeyAccess(admin(), { id: key.id, endpoints: [], models: [], allowedIps: [] });
    expect(freed).toEqual({ id: key.id, endpoints: [], models: [], allowedIps: [] });
  });

  test("409: a revoked key", async () => {
    const key = await create();
    await revokeKey(admin(), { id: key.id });
    await expect(updateKeyAccess(admin(), { id: key.id, models: [] })).rejects.toMatchObject({ code: "conflict" });
  });

  test("404: a key of another organisation stays as it is", async () => {
    const key = await create();
    const theirs = updateKeyAccess(stage.theirs.as("owner"), { id: key.id, models: ["m"] });
    await expect(theirs).rejects.toMatchObject({ code: "not_found" });
    expect(await stage.db.apiKey.findUnique({ where: { id: key.id } })).toMatchObject({ models: [] });
  });

  test("403: for who may not write keys", async () => {
    const { id } = await create();
    for (const role of ["billing", "viewer"] as const)
      await expect(updateKeyAccess(stage.ours.as(role), { id })).rejects.toMatchObject({ code: "forbidden" });
  });
});

/** Does something and gives what was announced by it. */
async function hearing<Result>(channel: string, work: () => Promise<Result>) {
  const listener = new pg.Client({ connectionString: stage.databaseUrl });
  await listener.connect();
  const payloads: string[] = [];
  listener.on("notification", ({ payload }) => payloads.push(payload ?? ""));
  await listener.query(`LISTEN ${channel}`);
  const result = await work();
  await listener.query("SELECT 1");
  await listener.end();
  return { result, payloads };
}

describe("revoking", () => {
  test("is told to the gateways, and done once however often it is asked", async () => {
    const key = await create();
    const { result, payloads: heard } = await hearing(CHANNELS.keyChanged, async () => ({
      first: await revokeKey(admin(), { id: key.id }),
      second: await revokeKey(admin(), { id: key.id }),
    }));
    const { first, second } = result;
    expect(first.revokedAt).not.toBeNull();
    expect(second).toEqual(first);
    expect(heard).toEqual([key.publicId]);
    expect(await stage.db.auditLog.count({ where: { target: key.id, action: "key.revoke" } })).toBe(1);
    const { items } = await listKeys(admin());
    expect(items.find(({ id }) => id === key.id)?.status).toBe("revoked");
  });

  test("404: a key of another organisation stays as it is", async () => {
    const key = await create();
    await expect(revokeKey(stage.theirs.as("owner"), { id: key.id })).rejects.toMatchObject({ code: "not_found" });
    const row = await stage.db.apiKey.findUniqueOrThrow({ where: { id: key.id } });
    expect(row.revokedAt).toBeNull();
  });

  test("403: for who may only read", async () => {
    const key = await create();
    await expect(revokeKey(stage.ours.as("viewer"), { id: key.id })).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("listing", () => {
  test("shows only the organisation's own", async () => {
    await create();
    const theirs = await listKeys(stage.theirs.as("owner"));
    expect(theirs.items).toEqual([]);
  });

  test("pages stay in order while keys are being made", async () => {
    const made = [];
    for (let index = 0; index < 5; index++) made.push((await create(`page ${index}`)).id);
    const first = await listKeys(admin(), { limit: 2 });
    await create("made in between");
    const second = await listKeys(admin(), { limit: 2, cursor: first.nextCursor ?? undefined });
    const third = await listKeys(admin(), { limit: 1, cursor: second.nextCursor ?? undefined });
    expect([...first.items, ...second.items, ...third.items].map(({ id }) => id)).toEqual(made.toReversed());
  });

  test("says what has expired, and when a key was used", async () => {
    const key = await createKey(
      admin(),
      { name: "short", expiresAt: new Date(Date.now() + 5_000).toISOString() },
      deps,
    );
    const [used] = await stage.record({ orgId: stage.ours.id, keyId: key.id });
    const later = stage.inside(stage.ours.id, { org: "viewer", now: () => new Date(Date.now() + 6_000) });
    const { items } = await listKeys(later, { limit: 1 });
    expect(items[0]).toMatchObject({ id: key.id, status: "expired" });
    expect(items[0]?.lastUsedAt).toBe(new Date(used?.admittedAtMs ?? 0).toISOString());
    expect(items[0]?.firstUsedAt).toBe(items[0]?.lastUsedAt);
  });

  test("403: billing people see no keys", async () => {
    await expect(listKeys(stage.ours.as("billing"))).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("the first request", () => {
  test("is not seen, then fails, then goes well and stays the first", async () => {
    const key = await create();
    const ask = () => findFirstRequest(stage.ours.as("viewer"), { keyId: key.id });
    expect(await ask()).toEqual({ seen: false, at: null, status: null, model: null, errorCode: null });
    const own = { orgId: stage.ours.id, keyId: key.id };
    await stage.record({
      ...own,
      status: 404,
      outcome: "refused",
      errorCode: "model_not_found",
      servedModel: "",
      requestedModel: "gpt-5",
    });
    expect(await ask()).toMatchObject({ seen: true, status: 404, model: "gpt-5", errorCode: "model_not_found" });
    const [well] = await stage.record({ ...own, servedModel: "first" });
    await stage.record({ ...own, servedModel: "second" }, { ...own, status: 500, outcome: "failed" });
    expect(await ask()).toEqual({
      seen: true,
      at: new Date(well?.admittedAtMs ?? 0).toISOString(),
      status: 200,
      model: "first",
      errorCode: null,
    });
  });

  test("404: of a key of another organisation; 403: for billing people", async () => {
    const key = await create();
    const theirs = findFirstRequest(stage.theirs.as("owner"), { keyId: key.id });
    await expect(theirs).rejects.toMatchObject({ code: "not_found" });
    const billing = findFirstRequest(stage.ours.as("billing"), { keyId: key.id });
    await expect(billing).rejects.toMatchObject({ code: "forbidden" });
  });
});
