import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHANNELS } from "#lib/base/events";
import { newId } from "#lib/base/ids";
import { openStage, type Stage } from "#tests/support/stage";
import { updateProjectAccess } from "./update-project-access.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const modelsOf = async (id: string) => (await stage.db.project.findUniqueOrThrow({ where: { id } })).models;

describe("changing what a project may use", () => {
  test("sets its models, tells the gateways and is audited with what was before", async () => {
    const listener = new pg.Client({ connectionString: stage.databaseUrl });
    await listener.connect();
    const heard: string[] = [];
    listener.on("notification", ({ payload }) => heard.push(payload ?? ""));
    await listener.query(`LISTEN ${CHANNELS.organizationChanged}`);
    const id = stage.ours.projectId;
    expect(await updateProjectAccess(stage.ours.as("admin"), { id, models: ["a", "b", "a"] })).toEqual({
      id,
      models: ["a", "b"],
    });
    expect(await modelsOf(id)).toEqual(["a", "b"]);
    await updateProjectAccess(stage.ours.as("owner"), { id, models: [] });
    expect(await modelsOf(id)).toEqual([]);
    await listener.query("SELECT 1");
    await listener.end();
    expect(heard).toEqual([stage.ours.id, stage.ours.id]);
    const [row] = await stage.db.auditLog.findMany({ where: { target: id }, orderBy: { id: "asc" } });
    expect(row).toMatchObject({ action: "project.access", orgId: stage.ours.id, before: { models: null } });
    expect(row?.after).toEqual({ models: "a b" });
  });

  test("400: an unknown field, no list, a name that can be none", async () => {
    const id = stage.ours.projectId;
    for (const input of [{ id }, { id, models: [], orgId: newId() }, { id, models: ["a b"] }, { id, models: "a" }]) {
      // @ts-expect-error what a caller without our types may send
      await expect(updateProjectAccess(stage.ours.as("owner"), input)).rejects.toMatchObject({ name: "ZodError" });
    }
  });

  test("404: a project of another organisation stays as it is; an archived one", async () => {
    const archived = await stage.db.project.create({
      data: { id: newId(), orgId: stage.ours.id, name: "Old", slug: newId(), archivedAt: new Date() },
    });
    for (const id of [stage.theirs.projectId, archived.id, newId()]) {
      const update = updateProjectAccess(stage.ours.as("owner"), { id, models: ["m"] });
      await expect(update).rejects.toMatchObject({ code: "not_found" });
    }
    expect(await modelsOf(stage.theirs.projectId)).toEqual([]);
  });

  test("403: for who only works in it", async () => {
    const input = { id: stage.ours.projectId, models: [] };
    for (const role of ["developer", "billing", "viewer"] as const)
      await expect(updateProjectAccess(stage.ours.as(role), input)).rejects.toMatchObject({ code: "forbidden" });
    const support = stage.inside(stage.ours.id, { platform: "support" });
    await expect(updateProjectAccess(support, input)).rejects.toMatchObject({ code: "forbidden" });
  });
});
