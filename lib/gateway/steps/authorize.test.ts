import { describe, expect, it } from "vitest";
import type { Access } from "#lib/gateway/ports";
import type { ModelAccess } from "#lib/gateway/routing/table";
import { benchOf, bodyOf, callerOf, modelOf, requestOf } from "#tests/support/gateway";
import { handle } from "../handle.ts";

type Case = { access?: Partial<Access>; rule?: ModelAccess };

async function ask({ access, rule }: Case, sent: Parameters<typeof requestOf>[0] = {}) {
  const models = [modelOf({ id: "model", aliases: ["fast"], access: rule }), modelOf({ id: "other" })];
  const bench = benchOf(models, { keys: { find: () => callerOf({ access }) } });
  const body = { model: "model", messages: [{ role: "user", content: "hi" }] };
  const reply = await handle(requestOf({ body, ...sent }), bench.deps);
  return { status: reply.status, body: JSON.parse(await bodyOf(reply)), bench };
}

const sets = (...names: readonly string[][]) => names.map((list) => new Set(list));

describe("a model", () => {
  it("is open when nothing restricts it", async () => {
    expect((await ask({})).status).toBe(200);
  });

  it.each([
    ["by its id", { access: { modelSets: sets(["model"]) } }],
    ["by an alias", { access: { modelSets: sets(["fast"]) } }],
    ["by every set there is", { access: { modelSets: sets(["model", "x"], ["fast"]) } }],
    ["by the organisation's slug", { rule: { organizations: new Set(["ours"]) } }],
    ["by the role", { access: { role: "admin" }, rule: { roles: new Set(["admin"]) } }],
    ["by the plan", { access: { plan: "gold" }, rule: { plans: new Set(["gold"]) } }],
  ] as const)("is open where it is named %s", async (_how, given) => {
    expect((await ask(given)).status).toBe(200);
  });

  it.each([
    ["not in the key's list", { access: { modelSets: sets(["other"]) } }],
    ["in only one of two lists", { access: { modelSets: sets(["model"], ["other"]) } }],
    ["kept for another organisation", { rule: { organizations: new Set(["theirs"]) } }],
    ["kept for a role and there is none", { rule: { roles: new Set(["admin"]) } }],
    ["kept for another role", { access: { role: "viewer" }, rule: { roles: new Set(["admin"]) } }],
    ["kept for a plan and there is none", { rule: { plans: new Set(["gold"]) } }],
    [
      "open by role and not by plan",
      { access: { role: "admin" }, rule: { roles: new Set(["admin"]), plans: new Set(["x"]) } },
    ],
  ] as const)("403: %s", async (_why, given) => {
    const { status, body, bench } = await ask(given);
    expect(status).toBe(403);
    expect(body.error).toMatchObject({ code: "model_not_allowed", param: "model" });
    expect(bench.admitted).toHaveLength(0);
  });

  it("404: one that may not be used is neither listed nor retrieved", async () => {
    const access = { modelSets: sets(["other"]) };
    const list = await ask({ access }, { method: "GET", path: "/v1/models" });
    expect(list.body.data.map(({ id }: { id: string }) => id)).toEqual(["other"]);
    expect((await ask({ access }, { method: "GET", path: "/v1/models/model" })).status).toBe(404);
    expect((await ask({ access }, { method: "GET", path: "/v1/models/other" })).status).toBe(200);
  });
});

describe("a key", () => {
  it("403: may not be used for an endpoint outside its scopes, and its body is not read", async () => {
    const scopes = new Set(["embeddings"] as const);
    const { status, body } = await ask({ access: { scopes } }, { body: "not even JSON" });
    expect(status).toBe(403);
    expect(body.error.code).toBe("endpoint_not_allowed");
  });

  it("403: may not be used from an address outside its list", async () => {
    const { status, body } = await ask({ access: { admitsAddress: () => false } });
    expect(status).toBe(403);
    expect(body.error.code).toBe("address_not_allowed");
  });
});
