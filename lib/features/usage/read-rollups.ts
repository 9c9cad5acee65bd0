import type { Db } from "#lib/platform/db";
import { Prisma } from "#lib/platform/generated/client";

export type UsageWindow = {
  readonly orgId: string | undefined;
  readonly projectId: string | undefined;
  readonly from: Date;
  readonly to: Date;
  readonly widthMs: number;
};

export type UsagePart = {
  readonly bucket: string;
  readonly model: string;
  readonly requests: number;
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costNano: bigint;
};

export type HistogramPart = {
  readonly model: string;
  readonly slot: number;
  readonly latency: number;
  readonly firstByte: number;
};

/** A caller may ask for any name, so the rarest beyond this many are shown as one. */
const MODELS_MAX = 50;
export const OTHER_MODELS = "(other)";

type SumRow = {
  readonly bucket: Date;
  readonly model: string;
  readonly requests: bigint;
  readonly errors: bigint;
  readonly input_tokens: bigint;
  readonly output_tokens: bigint;
  readonly cost_nano: bigint;
};

/** Gives the sums of each bar and model, in order of time. */
export async function readSums(db: Db, window: UsageWindow): Promise<UsagePart[]> {
  const rows = await db.$queryRaw<SumRow[]>`
    ${named(window)}
    SELECT date_bin(make_interval(secs => ${window.widthMs / 1_000}), bucket, ${window.from}) AS bucket, shown AS model,
           sum(requests)::bigint AS requests,
           coalesce(sum(requests) FILTER (WHERE status >= 400 AND status <> 499), 0)::bigint AS errors,
           sum(input_tokens)::bigint AS input_tokens, sum(output_tokens)::bigint AS output_tokens,
           sum(cost_nano)::bigint AS cost_nano
      FROM named GROUP BY 1, 2 ORDER BY 1, 2`;
  return rows.map((row) => ({
    bucket: row.bucket.toISOString(),
    model: row.model,
    requests: Number(row.requests),
    errors: Number(row.errors),
    inputTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
    costNano: row.cost_nano,
  }));
}

type SlotRow = {
  readonly model: string;
  readonly slot: bigint;
  readonly latency: bigint;
  readonly first_byte: bigint;
};

/** Gives the merged latency histograms of each model, slot by slot; empty slots are left out. */
export async function readHistograms(db: Db, window: UsageWindow): Promise<HistogramPart[]> {
  const rows = await db.$queryRaw<SlotRow[]>`
    ${named(window)}
    SELECT shown AS model, slot, sum(latency)::bigint AS latency, coalesce(sum(first_byte), 0)::bigint AS first_byte
      FROM named, unnest(latency_slots, first_byte_slots) WITH ORDINALITY AS slots (latency, first_byte, slot)
     WHERE latency > 0 OR first_byte > 0 GROUP BY 1, 2 ORDER BY 1, 2`;
  return rows.map(({ model, slot, latency, first_byte }) => ({
    model,
    slot: Number(slot) - 1,
    latency: Number(latency),
    firstByte: Number(first_byte),
  }));
}

/** The rollups of the window with the name each model is shown under. */
function named({ orgId, projectId, from, to }: UsageWindow): Prisma.Sql {
  const ofOrg = orgId === undefined ? Prisma.empty : Prisma.sql`AND org_id = ${orgId}::uuid`;
  const ofProject = projectId === undefined ? Prisma.empty : Prisma.sql`AND project_id = ${projectId}::uuid`;
  return Prisma.sql`
    WITH rollups AS MATERIALIZED (
      SELECT * FROM usage_rollup
       WHERE bucket >= ${from} AND bucket < ${to} ${ofOrg} ${ofProject}
    ), busiest AS (
      SELECT model FROM rollups GROUP BY model ORDER BY sum(requests) DESC, model LIMIT ${MODELS_MAX}
    ), named AS (
      SELECT rollups.*, CASE WHEN busiest.model IS NULL THEN ${OTHER_MODELS} ELSE rollups.model END AS shown
        FROM rollups LEFT JOIN busiest ON busiest.model = rollups.model
    )`;
}
