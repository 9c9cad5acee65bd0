import { describe, expect, test } from "vitest";
import { KEY_DEPS, keysOfFile } from "#tests/support/keys";
import { createKey } from "./create-key.ts";
import { findFirstRequest } from "./find-first-request.ts";
import { listKeys } from "./list-keys.ts";

const { stage, admin, create } = keysOfFile();

describe("listing", () => {
  test("shows only the organisation's own", async () => {
    await create();
    const theirs = await listKeys(stage().theirs.as("owner"));
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
      KEY_DEPS,
    );
    const [used] = await stage().record({ orgId: stage().ours.id, keyId: key.id });
    const later = stage().inside(stage().ours.id, { org: "viewer", now: () => new Date(Date.now() + 6_000) });
    const { items } = await listKeys(later, { limit: 1 });
    expect(items[0]).toMatchObject({ id: key.id, status: "expired" });
    expect(items[0]?.lastUsedAt).toBe(new Date(used?.admittedAtMs ?? 0).toISOString());
    expect(items[0]?.firstUsedAt).toBe(items[0]?.lastUsedAt);
  });

  test("403: billing people see no keys", async () => {
    await expect(listKeys(stage().ours.as("billing"))).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("the first request", () => {
  test("is not seen, then fails, then goes well and stays the first", async () => {
    const key = await create();
    const ask = () => findFirstRequest(stage().ours.as("viewer"), { keyId: key.id });
    expect(await ask()).toEqual({ seen: false, at: null, status: null, model: null, errorCode: null });
    const own = { orgId: stage().ours.id, keyId: key.id };
    await stage().record({
      ...own,
      status: 404,
      outcome: "refused",
      errorCode: "model_not_found",
      servedModel: "",
      requestedModel: "gpt-5",
    });
    expect(await ask()).toMatchObject({ seen: true, status: 404, model: "gpt-5", errorCode: "model_not_found" });
    const [well] = await stage().record({ ...own, servedModel: "first" });
    await stage().record({ ...own, servedModel: "second" }, { ...own, status: 500, outcome: "failed" });
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
    const theirs = findFirstRequest(stage().theirs.as("owner"), { keyId: key.id });
    await expect(theirs).rejects.toMatchObject({ code: "not_found" });
    const billing = findFirstRequest(stage().ours.as("billing"), { keyId: key.id });
    await expect(billing).rejects.toMatchObject({ code: "forbidden" });
  });
});
