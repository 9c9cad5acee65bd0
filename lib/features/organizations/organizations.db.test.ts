import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#lib/base/ids";
import { ORG_ROLES } from "#lib/base/permissions";
import { NANO_PER_USD, nanoUsd } from "#lib/base/units";
import { credit } from "#lib/ledger/credit";
import { openStage, type Stage } from "#tests/support/stage";
import { createOrganization } from "./create-organization.ts";
import { listOrganizations } from "./list-organizations.ts";
import { readOrganization } from "./read-organization.ts";
import { updateOrganizationAccess } from "./update-organization-access.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe("creating", () => {
  test("makes the organisation with a first project, and is audited under it", async () => {
    const made = await createOrganization(stage.operator, { name: "  Müller & Söhne  " });
    expect(made.name).toBe("Müller & Söhne");
    expect(made.slug).toMatch(/^muller-sohne-[0-9a-f]{8}$/);
    const projects = await stage.db.project.findMany({ where: { orgId: made.id } });
    expect(projects).toMatchObject([{ id: made.projectId, name: "Default", slug: "default" }]);
    const [row] = await stage.db.auditLog.findMany({ where: { target: made.id } });
    expect(row).toMatchObject({ action: "organization.create", orgId: made.id });
  });

  test("two of the same name live side by side", async () => {
    const one = await createOrganization(stage.operator, { name: "公司" });
    const two = await createOrganization(stage.operator, { name: "公司" });
    expect(one.slug).not.toBe(two.slug);
  });

  test("403: for everyone but an operator", async () => {
    for (const role of ["support", "viewer"] as const) {
      await expect(createOrganization(stage.platform(role), { name: "x" })).rejects.toMatchObject({
        code: "forbidden",
      });
    }
    for (const role of ORG_ROLES) {
      await expect(createOrganization(stage.ours.as(role), { name: "x" })).rejects.toMatchObject({ code: "forbidden" });
    }
  });
});

describe("reading", () => {
  test("gives money with nine places: the balance, and what metered cost has left of it", async () => {
    const made = await createOrganization(stage.operator, { name: "Rich" });
    const ctx = stage.inside(made.id, { platform: "operator" });
    expect(await readOrganization(ctx)).toMatchObject({ balanceUsd: "0.000000000", availableUsd: "0.000000000" });
    const amount = nanoUsd(10n * NANO_PER_USD);
    await credit(stage.db, { orgId: made.id, amount, reason: "test", actor: "test", transferId: newId() });
    await stage.record({ orgId: made.id, cost: nanoUsd(1n) });
    expect(await readOrganization(ctx)).toMatchObject({
      id: made.id,
      balanceUsd: "10.000000000",
      availableUsd: "9.999999999",
      projects: [{ id: made.projectId }],
    });
  });

  test("404: what does not exist; 403: without a role", async () => {
    const nowhere = stage.inside("00000000-0000-7000-8000-000000000000", { platform: "viewer" });
    await expect(readOrganization(nowhere)).rejects.toMatchObject({ code: "not_found" });
    await expect(readOrganization(stage.inside(stage.ours.id, {}))).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("changing what an organisation may use", () => {
  const operator = (orgId: string) => stage.inside(orgId, { platform: "operator" });

  test("sets what is given and leaves the rest, is read back and audited with what was before", async () => {
    const { id } = await createOrganization(stage.operator, { name: "Narrow" });
    expect(await readOrganization(operator(id))).toMatchObject({ models: [], plan: null });
    await updateOrganizationAccess(operator(id), { models: ["a", "b", "a"] });
    expect(await updateOrganizationAccess(operator(id), { plan: "gold" })).toEqual({
      id,
      models: ["a", "b"],
      plan: "gold",
    });
    expect(await readOrganization(operator(id))).toMatchObject({ models: ["a", "b"], plan: "gold" });
    await updateOrganizationAccess(operator(id), { models: [], plan: null });
    expect(await readOrganization(operator(id))).toMatchObject({ models: [], plan: null });
    const rows = await stage.db.auditLog.findMany({
      where: { target: id, action: "organization.access" },
      orderBy: { id: "asc" },
    });
    expect(rows.map(({ before, after }) => ({ before, after }))).toEqual([
      { before: { models: null, plan: null }, after: { models: "a b", plan: null } },
      { before: { models: "a b", plan: null }, after: { models: "a b", plan: "gold" } },
      { before: { models: "a b", plan: "gold" }, after: { models: null, plan: null } },
    ]);
    expect(rows[0]).toMatchObject({ orgId: id, actorId: "test" });
  });

  test("400: an unknown field, what only the server may set, a name that can be none", async () => {
    const wrong = [
      { name: "x" },
      { id: newId() },
      { disabledAt: null },
      { balanceUsd: "1" },
      { models: [" "] },
      { plan: "" },
      { plan: "a b" },
    ];
    for (const input of wrong)
      await expect(updateOrganizationAccess(operator(stage.ours.id), input)).rejects.toMatchObject({
        name: "ZodError",
      });
  });

  test("404: an organisation that does not exist", async () => {
    await expect(updateOrganizationAccess(operator(newId()), {})).rejects.toMatchObject({ code: "not_found" });
  });

  test("403: for everyone but an operator; what an organisation was given it cannot widen itself", async () => {
    for (const role of ORG_ROLES) {
      const own = updateOrganizationAccess(stage.ours.as(role), { models: [] });
      await expect(own).rejects.toMatchObject({ code: "forbidden" });
    }
    for (const platform of ["support", "viewer"] as const) {
      const theirs = updateOrganizationAccess(stage.inside(stage.ours.id, { platform }), { models: [] });
      await expect(theirs).rejects.toMatchObject({ code: "forbidden" });
    }
  });
});

describe("listing", () => {
  test("pages stay in order while organisations are being made", async () => {
    const made = [];
    for (const name of ["Page 1", "Page 2", "Page 3"])
      made.push((await createOrganization(stage.operator, { name })).id);
    const first = await listOrganizations(stage.platform("viewer"), { limit: 2 });
    await createOrganization(stage.operator, { name: "In between" });
    const second = await listOrganizations(stage.platform("viewer"), {
      limit: 1,
      cursor: first.nextCursor ?? undefined,
    });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(made.toReversed());
  });

  test("is searched for what stands there: no sign means any other", async () => {
    const { id } = await createOrganization(stage.operator, { name: "Half_off 50% \\o/" });
    for (const search of ["f_off 5", "50%", "\\o"])
      expect((await listOrganizations(stage.operator, { search })).items.map((item) => item.id)).toEqual([id]);
    expect((await listOrganizations(stage.operator, { search: "half%off" })).items).toEqual([]);
  });

  test("is searched by name or URL name, whatever the case", async () => {
    const { id, slug } = await createOrganization(stage.operator, { name: "Findable Ltd" });
    for (const search of ["findABLE", slug]) {
      expect((await listOrganizations(stage.operator, { search })).items.map((item) => item.id)).toEqual([id]);
    }
  });

  test("inside an organisation shows that one only", async () => {
    const { items } = await listOrganizations(stage.theirs.as("viewer"), {});
    expect(items.map(({ id }) => id)).toEqual([stage.theirs.id]);
  });
});
