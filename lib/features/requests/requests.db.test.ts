import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#lib/base/ids";
import { nanoUsd } from "#lib/base/units";
import { openStage, type Stage } from "#tests/support/stage";
import { listRequests } from "./list-requests.ts";
import { readRequest } from "./read-request.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const idsOf = (page: { readonly items: readonly { readonly id: string }[] }) => page.items.map(({ id }) => id);

describe("listing", () => {
  test("pages stay in order while requests arrive", async () => {
    const orgId = newId();
    const start = Date.now() - 10_000;
    const records = await stage.record(...[0, 1, 2, 3].map((step) => ({ orgId, admittedAtMs: start + step })));
    const first = await listRequests(stage.operator, { orgId, limit: 2 });
    await stage.record({ orgId });
    const second = await listRequests(stage.operator, { orgId, limit: 2, cursor: first.nextCursor ?? undefined });
    expect([...idsOf(first), ...idsOf(second)]).toEqual(records.map(({ id }) => id).toReversed());
    expect(second.nextCursor).toBeNull();
  });

  test("is narrowed by key, model asked for or served, status and time", async () => {
    const orgId = newId();
    const keyId = newId();
    const at = Date.parse("2026-10-05T12:00:00Z");
    const [keyed, asked, failed, old] = await stage.record(
      { orgId, keyId },
      { orgId, requestedModel: "alias", servedModel: "real" },
      { orgId, status: 502, outcome: "failed" },
      { orgId, admittedAtMs: at },
    );
    const list = async (filter: object) => idsOf(await listRequests(stage.operator, { orgId, ...filter }));
    expect(await list({ keyId })).toEqual([keyed?.id]);
    expect(await list({ model: "alias" })).toEqual([asked?.id]);
    expect(await list({ model: "real" })).toEqual([asked?.id]);
    expect(await list({ status: 502 })).toEqual([failed?.id]);
    expect(await list({ from: "2026-10-05T12:00:00Z", to: "2026-10-05T12:00:00.001Z" })).toEqual([old?.id]);
    expect(await list({ to: "2026-10-05T12:00:00Z" })).toEqual([]);
    expect(await list({})).toHaveLength(4);
  });

  test("inside an organisation shows its own only, whatever is asked for", async () => {
    const [record] = await stage.record({ orgId: stage.theirs.id });
    const asked = await listRequests(stage.ours.as("developer"), { orgId: stage.theirs.id });
    expect(asked.items).toEqual([]);
    expect(idsOf(await listRequests(stage.theirs.as("developer"), {}))).toContain(record?.id);
  });

  test("403: for who may not see requests", async () => {
    for (const role of ["billing", "viewer"] as const) {
      await expect(listRequests(stage.ours.as(role), {})).rejects.toMatchObject({ code: "forbidden" });
      await expect(readRequest(stage.ours.as(role), { id: newId() })).rejects.toMatchObject({ code: "forbidden" });
    }
    await expect(listRequests(stage.platform("viewer"), {})).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("reading", () => {
  test("gives the attempts with their cost, and who was passed over", async () => {
    const attempt = {
      deployment: "m/a",
      provider: "p",
      credential: "c",
      status: 503,
      durationMs: 4,
      costNano: nanoUsd(7n),
    };
    const [record] = await stage.record({
      orgId: stage.ours.id,
      attempts: [
        { ...attempt, failure: "server_error" },
        { ...attempt, status: 200 },
      ],
      rejected: [{ deployment: "m/c", reason: "circuit open" }],
      cost: nanoUsd(12_345_678_901n),
    });
    expect(await readRequest(stage.ours.as("developer"), { id: record?.id ?? "" })).toMatchObject({
      id: record?.id,
      costUsd: "12.345678901",
      upstreamCostUsd: "0.000000011",
      inputTokens: 5,
      attempts: [
        { deployment: "m/a", status: 503, failure: "server_error", costUsd: "0.000000007" },
        { status: 200, failure: null },
      ],
      rejected: [{ deployment: "m/c", reason: "circuit open" }],
    });
  });

  test("404: another organisation's request, and none at all", async () => {
    const [record] = await stage.record({ orgId: stage.theirs.id });
    for (const id of [record?.id ?? "", newId()]) {
      await expect(readRequest(stage.ours.as("owner"), { id })).rejects.toMatchObject({ code: "not_found" });
    }
  });
});
