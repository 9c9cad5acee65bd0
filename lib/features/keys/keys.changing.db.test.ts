import pg from "pg";
import { describe, expect, test } from "vitest";
import { CHANNELS } from "#lib/base/events";
import { KEY_DEPS, keysOfFile } from "#tests/support/keys";
import { createKey } from "./create-key.ts";
import { listKeys } from "./list-keys.ts";
import { revokeKey } from "./revoke-key.ts";
import { updateKeyAccess } from "./update-key-access.ts";

const { stage, admin, create } = keysOfFile();

describe("changing what a key may be used for", () => {
  test("sets the lists that are given, leaves the others, and is told and audited with what was before", async () => {
    const key = await createKey(admin(), { name: "k", endpoints: ["chat"], models: ["a"] }, KEY_DEPS);
    const heard = await hearing(CHANNELS.keyChanged, () =>
      updateKeyAccess(stage().ours.as("developer"), { id: key.id, models: ["b", "c"], allowedIps: ["10.0.0.0/8"] }),
    );
    const access = { endpoints: ["chat"], models: ["b", "c"], allowedIps: ["10.0.0.0/8"] };
    expect(heard).toEqual({ result: { id: key.id, ...access }, payloads: [key.publicId] });
    expect(await stage().db.apiKey.findUnique({ where: { id: key.id } })).toMatchObject(access);
    const [row] = await stage().db.auditLog.findMany({ where: { target: key.id, action: "key.access" } });
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
    const theirs = updateKeyAccess(stage().theirs.as("owner"), { id: key.id, models: ["m"] });
    await expect(theirs).rejects.toMatchObject({ code: "not_found" });
    expect(await stage().db.apiKey.findUnique({ where: { id: key.id } })).toMatchObject({ models: [] });
  });

  test("403: for who may not write keys", async () => {
    const { id } = await create();
    for (const role of ["billing", "viewer"] as const)
      await expect(updateKeyAccess(stage().ours.as(role), { id })).rejects.toMatchObject({ code: "forbidden" });
  });
});

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
    expect(await stage().db.auditLog.count({ where: { target: key.id, action: "key.revoke" } })).toBe(1);
    const { items } = await listKeys(admin());
    expect(items.find(({ id }) => id === key.id)?.status).toBe("revoked");
  });

  test("404: a key of another organisation stays as it is", async () => {
    const key = await create();
    await expect(revokeKey(stage().theirs.as("owner"), { id: key.id })).rejects.toMatchObject({ code: "not_found" });
    const row = await stage().db.apiKey.findUniqueOrThrow({ where: { id: key.id } });
    expect(row.revokedAt).toBeNull();
  });

  test("403: for who may only read", async () => {
    const key = await create();
    await expect(revokeKey(stage().ours.as("viewer"), { id: key.id })).rejects.toMatchObject({ code: "forbidden" });
  });
});

/** Does something and gives what was announced by it. */
async function hearing<Result>(channel: string, work: () => Promise<Result>) {
  const listener = new pg.Client({ connectionString: stage().databaseUrl });
  await listener.connect();
  const payloads: string[] = [];
  listener.on("notification", ({ payload }) => payloads.push(payload ?? ""));
  await listener.query(`LISTEN ${channel}`);
  const result = await work();
  await listener.query("SELECT 1");
  await listener.end();
  return { result, payloads };
}
