import { describe, expect, test } from "vitest";
import { parseKey } from "#lib/base/api-key";
import { newId } from "#lib/base/ids";
import { ORG_ROLES } from "#lib/base/permissions";
import { hashKey } from "#lib/platform/key-hash";
import { KEY_DEPS, keysOfFile } from "#tests/support/keys";
import { createKey } from "./create-key.ts";
import { listKeys } from "./list-keys.ts";
import { updateKeyAccess } from "./update-key-access.ts";

const { stage, admin, create } = keysOfFile();

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

describe("creating", () => {
  test("gives a secret that is stored nowhere but as its hash", async () => {
    const key = await create("one");
    expect(parseKey(key.secret)).toEqual({ kind: "live", publicId: key.publicId });
    expect(key.secret.endsWith(key.last4)).toBe(true);
    const row = await stage().db.apiKey.findUniqueOrThrow({ where: { id: key.id } });
    expect(Buffer.from(row.hash)).toEqual(hashKey(key.secret, KEY_DEPS.keyPepper));
    expect(row).toMatchObject({
      orgId: stage().ours.id,
      projectId: stage().ours.projectId,
      kind: "live",
      createdById: null,
    });
    const everything = JSON.stringify([row, await stage().db.auditLog.findMany(), await listKeys(admin())]);
    expect(everything).not.toContain(key.secret);
  });

  test("is audited in the same transaction, without the hash", async () => {
    const key = await create("audited");
    const [row] = await stage().db.auditLog.findMany({ where: { target: key.id } });
    expect(row).toMatchObject({ action: "key.create", orgId: stage().ours.id, actorId: "test" });
    expect(row?.after).toEqual({
      name: "audited",
      kind: "live",
      publicId: key.publicId,
      projectId: stage().ours.projectId,
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
    const key = await createKey(admin(), { name: "narrow", ...access }, KEY_DEPS);
    expect(key).toMatchObject(stored);
    expect(await stage().db.apiKey.findUnique({ where: { id: key.id } })).toMatchObject(stored);
    expect((await listKeys(admin(), { limit: 1 })).items[0]).toMatchObject({ id: key.id, ...stored });
    const row = await stage().db.auditLog.findFirst({ where: { target: key.id } });
    expect(row?.after).toMatchObject({
      endpoints: "chat models",
      models: "gpt-4.1 openai/gpt-4.1:fast@2025",
      allowedIps: "10.0.0.0/8 192.0.2.7 2001:db8::/32 0.0.0.0/0 ::1",
    });
  });

  test.each(WRONG_ADDRESSES)("400: %j is no address to allow", async (entry) => {
    const input = { name: "k", allowedIps: ["192.0.2.1", entry] };
    await expect(createKey(admin(), input, KEY_DEPS)).rejects.toMatchObject({ param: "allowedIps.1" });
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
      await expect(createKey(admin(), { name: "k", ...input }, KEY_DEPS)).rejects.toMatchObject({ name: "ZodError" });
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
      await expect(createKey(admin(), input, KEY_DEPS)).rejects.toMatchObject({ name: "ZodError" });
      const update = { id: (await create()).id, [field === "id" ? "keyId" : field]: newId() };
      await expect(updateKeyAccess(admin(), update)).rejects.toMatchObject({ name: "ZodError" });
    }
  });

  test("names the user who made it", async () => {
    const user = await stage().db.user.create({ data: { id: newId(), email: `${newId()}@example.com`, name: "Ada" } });
    const key = await createKey(stage().ours.as("developer", user.id), { name: "mine", kind: "test" }, KEY_DEPS);
    const { items } = await listKeys(admin(), { limit: 1 });
    expect(items[0]).toMatchObject({ id: key.id, createdByName: "Ada", kind: "test", status: "active" });
  });

  test("400: an empty name, an unknown field, an admin key, a time that has passed", async () => {
    const wrong = [
      { name: " " },
      { name: "k", orgId: stage().theirs.id },
      { name: "k", kind: "admin" },
      { name: "k", expiresAt: "tomorrow" },
    ];
    for (const input of wrong) {
      // @ts-expect-error what a caller without our types may send
      await expect(createKey(admin(), input, KEY_DEPS)).rejects.toMatchObject({ name: "ZodError" });
    }
    const past = { name: "k", expiresAt: "2020-01-01T00:00:00Z" };
    await expect(createKey(admin(), past, KEY_DEPS)).rejects.toMatchObject({
      code: "invalid_field",
      param: "expiresAt",
    });
  });

  test("404: a project of another organisation, or an archived one", async () => {
    const archived = await stage().db.project.create({
      data: { id: newId(), orgId: stage().ours.id, name: "Old", slug: newId(), archivedAt: new Date() },
    });
    for (const projectId of [stage().theirs.projectId, archived.id]) {
      await expect(createKey(admin(), { name: "k", projectId }, KEY_DEPS)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  test("403: for who may not write keys", async () => {
    const refused = ORG_ROLES.filter((role) => !["owner", "admin", "developer"].includes(role));
    expect(refused).toEqual(["billing", "viewer"]);
    for (const role of refused) {
      await expect(createKey(stage().ours.as(role), { name: "k" }, KEY_DEPS)).rejects.toMatchObject({
        code: "forbidden",
      });
    }
    const support = stage().inside(stage().ours.id, { platform: "support" });
    await expect(createKey(support, { name: "k" }, KEY_DEPS)).rejects.toMatchObject({ code: "forbidden" });
  });
});
