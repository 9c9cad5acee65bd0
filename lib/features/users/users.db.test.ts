import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#lib/base/ids";
import { openStage, type Stage } from "#tests/support/stage";
import { createUser } from "./create-user.ts";
import { disableUser } from "./disable-user.ts";
import { enableUser } from "./enable-user.ts";
import { listUsers } from "./list-users.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const create = (given: { platformRole?: "operator" | "support" } = {}) =>
  createUser(stage.operator, { email: `${newId()}@Example.com`, name: "Somebody", ...given });

const openSession = async (userId: string) => {
  const expiresAt = new Date(Date.now() + 60_000);
  const { id } = await stage.db.session.create({ data: { id: newId(), userId, expiresAt } });
  return () => stage.db.session.findUniqueOrThrow({ where: { id } });
};

describe("creating", () => {
  test("keeps the address in lower case and gives no password", async () => {
    const user = await create();
    expect(user.email).toBe(user.email.toLowerCase());
    expect(await stage.db.user.findUnique({ where: { id: user.id } })).toMatchObject({
      passwordHash: null,
      platformRole: null,
    });
    expect(await stage.db.auditLog.count({ where: { target: user.id, action: "user.create" } })).toBe(1);
  });

  test("409: an address that has an account", async () => {
    const { email } = await create();
    await expect(createUser(stage.operator, { email: email.toUpperCase(), name: "x" })).rejects.toMatchObject({
      code: "conflict",
    });
  });
});

describe("disabling", () => {
  test("ends the sessions and is audited once; enabling lets in again but opens none", async () => {
    const user = await create();
    const session = await openSession(user.id);
    const first = await disableUser(stage.operator, { id: user.id });
    expect(first.disabledAt).not.toBeNull();
    expect((await session()).revokedAt).not.toBeNull();
    expect(await disableUser(stage.operator, { id: user.id })).toEqual(first);
    expect(await stage.db.auditLog.count({ where: { target: user.id, action: "user.disable" } })).toBe(1);
    expect((await enableUser(stage.operator, { id: user.id })).disabledAt).toBeNull();
    expect((await session()).revokedAt).not.toBeNull();
  });

  test("409: yourself, and the last operator, also when two disable each other at once", async () => {
    const one = await create({ platformRole: "operator" });
    const two = await create({ platformRole: "operator" });
    const self = { ...stage.operator, actor: { kind: "user", id: one.id } as const };
    await expect(disableUser(self, { id: one.id })).rejects.toMatchObject({ code: "conflict" });
    const results = await Promise.allSettled([one, two].map(({ id }) => disableUser(stage.operator, { id })));
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await stage.db.user.count({ where: { platformRole: "operator", disabledAt: null } })).toBe(1);
  });

  test("404: nobody", async () => {
    await expect(disableUser(stage.operator, { id: newId() })).rejects.toMatchObject({ code: "not_found" });
    await expect(enableUser(stage.operator, { id: newId() })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("listing", () => {
  test("pages by id, is searched by address and name, and never shows a password's hash", async () => {
    const user = await create();
    await stage.db.user.update({
      where: { id: user.id },
      data: { passwordHash: "very-secret-hash", name: "Grace Hopper" },
    });
    const found = await listUsers(stage.platform("viewer"), { search: "grace h" });
    expect(found.items.map(({ id }) => id)).toEqual([user.id]);
    expect(JSON.stringify(await listUsers(stage.operator, {}))).not.toContain("very-secret-hash");
    const first = await listUsers(stage.operator, { limit: 1 });
    const second = await listUsers(stage.operator, { limit: 1, cursor: first.nextCursor ?? undefined });
    expect(first.items[0]?.id).toBe(user.id);
    expect(second.items[0]?.id).not.toBe(user.id);
  });
});

describe("403", () => {
  test("an organisation's owner sees no users of the platform; support reads but does not write", async () => {
    const user = await create();
    await expect(listUsers(stage.ours.as("owner"), {})).rejects.toMatchObject({ code: "forbidden" });
    const support = stage.platform("support");
    expect((await listUsers(support, { limit: 1 })).items).toHaveLength(1);
    await expect(disableUser(support, { id: user.id })).rejects.toMatchObject({ code: "forbidden" });
    await expect(enableUser(support, { id: user.id })).rejects.toMatchObject({ code: "forbidden" });
    await expect(createUser(support, { email: "a@example.com", name: "x" })).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});
