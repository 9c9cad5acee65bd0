import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#lib/base/ids";
import { ORG_ROLES } from "#lib/base/permissions";
import { NANO_PER_USD, nanoUsd } from "#lib/base/units";
import { credit } from "#lib/ledger/credit";
import { openStage, type Stage } from "#tests/support/stage";
import { createOrganization } from "./create-organization.ts";
import { listOrganizations } from "./list-organizations.ts";
import { readOrganization } from "./read-organization.ts";

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
