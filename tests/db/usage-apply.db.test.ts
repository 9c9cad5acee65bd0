import { readdirSync, readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { newId } from "#lib/base/ids";
import type { RequestRecord } from "#lib/base/request-record";
import { nanoUsd } from "#lib/base/units";
import { applyRows } from "#lib/ledger/journal/apply";
import { usageRowOf } from "#lib/ledger/usage-row";
import { recordOf as recordLike } from "#tests/support/request-record";
import { sqlOfFile } from "#tests/support/sql-of-file";

const sql = sqlOfFile();
beforeEach(() => sql().query("TRUNCATE usage_event, usage_rollup"));

const ORG = newId();

const recordOf = (given: Partial<RequestRecord> = {}) => recordLike({ orgId: ORG, ...given });

const rowsOf = (count: number, given: Partial<RequestRecord> = {}) =>
  Array.from({ length: count }, () => usageRowOf(recordOf(given)));

async function sums() {
  const { rows } = await sql().query(`
    SELECT (SELECT coalesce(sum(requests), 0)::int FROM usage_event) AS rows, (SELECT coalesce(sum(cost_nano), 0)::text FROM usage_event) AS row_cost,
           coalesce(sum(requests), 0)::int AS rolled, coalesce(sum(cost_nano), 0)::text AS rolled_cost,
           coalesce(sum((SELECT sum(n) FROM unnest(latency_slots) AS n)), 0)::int AS latencies FROM usage_rollup`);
  return rows[0];
}

describe("usage_apply", () => {
  it("applies a batch once, however often it comes", async () => {
    const batch = rowsOf(50);
    for (let time = 0; time < 3; time++) await applyRows(sql(), batch);
    expect(await sums()).toEqual({ rows: 50, row_cost: "950000", rolled: 50, rolled_cost: "950000", latencies: 50 });
  });

  it("takes names that a caller made of anything", async () => {
    const name = "a\0b\ud800";
    const attempt = { deployment: "m/d", provider: "p", credential: "a", status: 200, durationMs: 1 };
    await applyRows(sql(), [
      usageRowOf(
        recordOf({
          requestedModel: name,
          attempts: [{ ...attempt, dropped: [name], costNano: nanoUsd(0n) }],
          rejected: [{ deployment: "m/e", reason: `cannot carry ${name}` }],
        }),
      ),
    ]);
    expect(await sums()).toMatchObject({ rows: 1 });
  });

  it("counts one row once even when a batch holds it twice", async () => {
    const [row = ""] = rowsOf(1);
    await applyRows(sql(), [row, row]);
    expect(await sums()).toMatchObject({ rows: 1, rolled: 1 });
  });

  it("applies overlapping batches from many connections at once, each row once, without a deadlock", async () => {
    const all = rowsOf(400);
    const shuffled = (seed: number) =>
      all
        .map((row, at) => ({ row, key: (at * 7919 * seed) % 401 }))
        .sort((a, b) => a.key - b.key)
        .map(({ row }) => row);
    await Promise.all(Array.from({ length: 8 }, (_, seed) => applyRows(sql(), shuffled(seed + 1).slice(0, 300))));
    await applyRows(sql(), all);
    expect(await sums()).toMatchObject({ rows: 400, rolled: 400, rolled_cost: "7600000" });
  });

  it("takes keys in the order of their ids, so that two batches of the same keys never wait in a ring", async () => {
    await sql().query("INSERT INTO organization (id, name, slug) VALUES ($1, 'Ours', 'ours')", [ORG]);
    const keys = Array.from({ length: 100 }, () => newId()).sort();
    await sql().query(
      `INSERT INTO api_key (id, org_id, name, kind, public_id, last4, hash)
       SELECT id, $1, 'key', 'live', id::text, 'abcd', sha256(id::text::bytea) FROM unnest($2::uuid[]) AS id`,
      // In the table they lie the other way round.
      [ORG, keys.toReversed()],
    );
    await sql().query("ANALYZE api_key");
    const other = await sql().connect();
    await other.query("BEGIN");
    await other.query("SELECT FROM api_key WHERE id = $1 FOR UPDATE", [keys.at(-1)]);
    const applied = applyRows(
      sql(),
      keys.map((keyId) => usageRowOf(recordOf({ keyId }))),
    );
    const waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%usage_apply%'";
    await expect.poll(async () => (await sql().query(waiting)).rowCount).toBe(1);
    const { rowCount } = await sql().query("SELECT FROM api_key WHERE id = ANY($1) FOR UPDATE SKIP LOCKED", [keys]);
    await other.query("ROLLBACK");
    other.release();
    await applied;
    expect(rowCount).toBe(0);
  });

  it("sums up nothing below zero: a negative cost would be a gift nobody gave", async () => {
    await applyRows(sql(), rowsOf(1));
    await expect(sql().query("UPDATE usage_rollup SET cost_nano = -1")).rejects.toMatchObject({ code: "23514" });
  });

  it("weighs a sampled row by the requests it stands for", async () => {
    await applyRows(sql(), rowsOf(1, { requests: 40, outcome: "refused", status: 401, cost: nanoUsd(0n) }));
    expect(await sums()).toMatchObject({ rows: 40, rolled: 40, latencies: 40 });
  });

  it("puts each row into the quarter of an hour of its admission, in UTC", async () => {
    const at = (text: string) => Date.parse(text);
    const moments = ["2026-11-24T10:14:59.999Z", "2026-11-24T10:15:00.000Z", "2026-11-24T10:29:59.999Z"];
    await applyRows(
      sql(),
      moments.map((moment) => usageRowOf(recordOf({ admittedAtMs: at(moment) }))),
    );
    const { rows } = await sql().query(
      "SELECT to_char(bucket AT TIME ZONE 'UTC', 'HH24:MI') AS at, requests::int FROM usage_rollup ORDER BY bucket",
    );
    expect(rows).toEqual([
      { at: "10:00", requests: 1 },
      { at: "10:15", requests: 2 },
    ]);
  });

  it("applies nothing of a batch that holds a bad row", async () => {
    await expect(
      applyRows(sql(), [...rowsOf(3), usageRowOf(recordOf({ outcome: "nonsense" as never }))]),
    ).rejects.toMatchObject({ code: "23514" });
    expect(await sums()).toMatchObject({ rows: 0, rolled: 0 });
  });

  it("refuses a test row that costs something", async () => {
    await expect(applyRows(sql(), rowsOf(1, { isTest: true }))).rejects.toMatchObject({ code: "23514" });
  });
});

describe("partitions", () => {
  it("hold each row in the month of its id; rows that came early are moved when the month's partition is made", async () => {
    const far = Date.now() + 5 * 31 * 86_400_000;
    await applyRows(sql(), rowsOf(4, { admittedAtMs: far }));
    await applyRows(sql(), rowsOf(2));
    const inDefault = async () => (await sql().query("SELECT count(*)::int AS n FROM usage_event_default")).rows[0].n;
    expect(await inDefault()).toBe(4);
    await sql().query("SELECT usage_ensure_partitions(7)");
    expect(await inDefault()).toBe(0);
    expect(await sums()).toMatchObject({ rows: 6 });
    const again = await sql().query("SELECT usage_ensure_partitions(7) AS made");
    expect(again.rows[0].made).toBe(0);
  });

  it("are dropped whole once they lie before the retention, and no others", async () => {
    const dropped = await sql().query("SELECT * FROM usage_prune(now() + interval '2 months')");
    expect(dropped.rowCount).toBeGreaterThanOrEqual(1);
    expect((await sql().query("SELECT * FROM usage_prune(now() - interval '2 months')")).rowCount).toBe(0);
    await sql().query("SELECT usage_ensure_partitions(3)");
  });
});

describe("functions", () => {
  it("in the newest migration that defines them are those of prisma/functions", () => {
    const root = new URL("../../prisma/", import.meta.url);
    const migrations = readdirSync(new URL("migrations/", root))
      .filter((name) => /^\d/.test(name))
      .sort();
    const sqlText = migrations
      .map((name) => readFileSync(new URL(`migrations/${name}/migration.sql`, root), "utf8"))
      .join("\n");
    for (const file of readdirSync(new URL("functions/", root))) {
      const parts = readFileSync(new URL(`functions/${file}`, root), "utf8").split(/\n(?=--|CREATE OR REPLACE)/);
      for (const part of parts.filter((text) => text.startsWith("CREATE OR REPLACE"))) {
        const head = part.slice(0, part.indexOf("("));
        const last = sqlText.slice(sqlText.lastIndexOf(head));
        expect(last.startsWith(part.trim()), head).toBe(true);
      }
    }
  });
});
