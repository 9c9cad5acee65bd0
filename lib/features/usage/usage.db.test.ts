import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BUCKET_MS, bucketOf } from "#lib/base/buckets";
import { newId } from "#lib/base/ids";
import type { RequestRecord } from "#lib/base/request-record";
import { NO_USAGE } from "#lib/base/request-record";
import { nanoUsd } from "#lib/base/units";
import { openStage, type Stage } from "#tests/support/stage";
import { ensurePartitions, pruneUsage } from "./partitions.ts";
import { OTHER_MODELS } from "./read-rollups.ts";
import { summarizeUsage } from "./summarize-usage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

// A fixed moment inside a bucket, so that bars fall where the test says.
const NOW = bucketOf(Date.now()) + 60_000;
const now = () => new Date(NOW);
const HOUR_MS = 3_600_000;
const mine = (given: Partial<RequestRecord> = {}): Partial<RequestRecord> => ({
  orgId: stage.ours.id,
  projectId: stage.ours.projectId,
  admittedAtMs: NOW,
  ...given,
});

describe("a summary", () => {
  test("is exact in its sums, by model and over time, and leaves out what lies before", async () => {
    const model = `exact-${newId()}`;
    await stage.record(
      mine({ servedModel: model, cost: nanoUsd(9_007_199_254_740_993n), durationMs: 10 }),
      mine({ servedModel: model, cost: nanoUsd(1n), durationMs: 10, status: 500, outcome: "failed" }),
      mine({ servedModel: model, durationMs: 1_000, cost: nanoUsd(0n), status: 499, outcome: "cancelled" }),
      mine({
        servedModel: model,
        admittedAtMs: NOW - 3 * HOUR_MS,
        cost: nanoUsd(5n),
        usage: { ...NO_USAGE, inputTokens: 100 },
      }),
      mine({ servedModel: model, admittedAtMs: NOW - 25 * HOUR_MS, cost: nanoUsd(7n) }),
    );
    const usage = await summarizeUsage(stage.inside(stage.ours.id, { org: "viewer", now }), { hours: 24, by: "model" });
    expect(usage.bucketMinutes).toBe(60);
    expect(Date.parse(usage.to)).toBe(bucketOf(NOW) + BUCKET_MS);
    expect(Date.parse(usage.to) - Date.parse(usage.from)).toBe(24 * HOUR_MS);
    const row = usage.rows.find((candidate) => candidate.model === model);
    expect(row).toMatchObject({
      requests: 4,
      errors: 1,
      inputTokens: 115,
      outputTokens: 21,
      costNano: "9007199254740999",
    });
    expect(row?.latencyP50Ms).toBeGreaterThan(9);
    expect(row?.latencyP50Ms).toBeLessThan(25);
    expect(row?.latencyP95Ms).toBeGreaterThan(900);
    const bars = usage.series.filter((candidate) => candidate.model === model);
    expect(bars.map(({ requests }) => requests)).toEqual([1, 3]);
    for (const { bucket } of bars) expect((Date.parse(bucket) - Date.parse(usage.from)) % HOUR_MS).toBe(0);
  });

  test("of nothing is empty, not missing", async () => {
    const usage = await summarizeUsage(stage.theirs.as("billing"), { hours: 1 });
    expect(usage).toMatchObject({ series: [], rows: [], totals: { requests: 0, costNano: "0", latencyP95Ms: null } });
  });

  test("of one project leaves the others out, and of one organisation too", async () => {
    const projectId = newId();
    await stage.record(mine({ projectId }), mine({ projectId }), mine({ orgId: stage.theirs.id, projectId }));
    const ctx = stage.inside(stage.ours.id, { org: "viewer", now });
    expect((await summarizeUsage(ctx, { hours: 1, projectId })).totals.requests).toBe(2);
    const everywhere = { ...stage.operator, now };
    expect((await summarizeUsage(everywhere, { hours: 1, projectId })).totals.requests).toBe(3);
    const chosen = await summarizeUsage(everywhere, { hours: 1, projectId, orgId: stage.theirs.id });
    expect(chosen.totals.requests).toBe(1);
  });

  test("inside an organisation cannot be turned to another one", async () => {
    const ctx = stage.inside(stage.theirs.id, { org: "owner", now });
    const before = await summarizeUsage(ctx, { hours: 1 });
    const turned = await summarizeUsage(ctx, { hours: 1, orgId: stage.ours.id });
    expect(turned.totals).toEqual(before.totals);
  });

  test("folds the rarest of very many models into one, and still counts them all", async () => {
    const orgId = newId();
    const records = Array.from({ length: 60 }, (_, index) => mine({ orgId, servedModel: `many-${index}` }));
    await stage.record(...records, mine({ orgId, servedModel: "many-0" }));
    const usage = await summarizeUsage(stage.inside(orgId, { org: "owner", now }), { hours: 24 });
    expect(usage.rows).toHaveLength(51);
    expect(usage.rows[0]).toMatchObject({ model: OTHER_MODELS, requests: 10 });
    expect(usage.rows[1]).toMatchObject({ model: "many-0", requests: 2 });
    expect(usage.totals.requests).toBe(61);
  });

  test("403: for who has no role here; 400: for a wrong span", async () => {
    const stranger = stage.inside(stage.ours.id, {});
    await expect(summarizeUsage(stranger)).rejects.toMatchObject({ code: "forbidden" });
    for (const hours of [0, 10_000, 1.5]) {
      await expect(summarizeUsage(stage.ours.as("owner"), { hours })).rejects.toMatchObject({ name: "ZodError" });
    }
  });
});

describe("partitions", () => {
  test("are made once for the months ahead, and dropped whole when past their time", async () => {
    await ensurePartitions(stage.db, 3);
    expect(await ensurePartitions(stage.db, 3)).toBe(0);
    expect(await ensurePartitions(stage.db, 5)).toBe(2);
    await stage.db.$executeRaw`
      CREATE TABLE usage_event_202001 PARTITION OF usage_event
        FOR VALUES FROM (uuid_floor('2020-01-01T00:00:00Z')) TO (uuid_floor('2020-02-01T00:00:00Z'))`;
    const [old] = await stage.record({ admittedAtMs: Date.parse("2020-01-15T00:00:00Z") });
    const [young] = await stage.record({});
    expect(await pruneUsage(stage.db, new Date("2020-01-31T00:00:00Z"))).toBe(0);
    expect(await pruneUsage(stage.db, new Date("2020-02-01T00:00:00Z"))).toBe(1);
    const left = await stage.db.usageEvent.findMany({ where: { id: { in: [old?.id ?? "", young?.id ?? ""] } } });
    expect(left.map(({ id }) => id)).toEqual([young?.id]);
  });
});
