import { afterAll, beforeAll, expect, test } from "vitest";
import { audit } from "#lib/features/audit";
import { openStage, type Stage } from "#tests/support/stage";
import { listAudit } from "./list-audit.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

test("pages stay in order while more is written, and filters hold", async () => {
  const ctx = stage.inside(stage.ours.id, { platform: "operator" });
  for (const target of ["1", "2", "3"]) await audit(stage.db, ctx, { action: "test.act", target, after: { target } });
  const first = await listAudit(stage.operator, { action: "test.act", limit: 2 });
  await audit(stage.db, ctx, { action: "test.act", target: "4" });
  const second = await listAudit(stage.operator, {
    action: "test.act",
    limit: 2,
    cursor: first.nextCursor ?? undefined,
  });
  expect([...first.items, ...second.items].map(({ target }) => target)).toEqual(["3", "2", "1"]);
  const one = await listAudit(stage.operator, {
    action: "test.act",
    target: "2",
    actorId: "test",
    orgId: stage.ours.id,
  });
  expect(one.items).toMatchObject([{ target: "2", after: { target: "2" }, before: null, ip: "127.0.0.1" }]);
});

test("inside an organisation shows what happened in it only, whatever is asked for", async () => {
  const { items } = await listAudit(stage.theirs.as("admin"), { orgId: stage.ours.id });
  expect(items).toEqual([]);
  const own = await listAudit(stage.theirs.as("admin"), {});
  expect(own.items.map(({ orgId }) => orgId)).toEqual([stage.theirs.id]);
});

test("403: for an organisation's developers, billing people and viewers", async () => {
  for (const role of ["developer", "billing", "viewer"] as const) {
    await expect(listAudit(stage.ours.as(role), {})).rejects.toMatchObject({ code: "forbidden" });
  }
});
