import type { z } from "zod";
import { BUCKET_MS, bucketOf } from "#lib/base/buckets";
import { type PlatformContext, requirePermission } from "#lib/features/context";
import { readHistograms, readSums, type UsageWindow } from "./read-rollups.ts";
import { SummarizeUsageInput } from "./schema.ts";
import { percentilesOf, sumsOf } from "./sums.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** How wide a bar of the chart is, by the hours shown: between 24 and 124 bars, each of whole rollup buckets. */
const WIDTHS = [
  { hoursMax: 6, minutes: 15 },
  { hoursMax: 48, minutes: 60 },
  { hoursMax: 14 * 24, minutes: 240 },
  { hoursMax: Number.POSITIVE_INFINITY, minutes: 720 },
];

/**
 * Sums what was used in the last hours, in one organisation or by all of them, by model: bars over time, a row per model, and the whole. Reads
 * rollups only. An error is an answer of 400 or above, other than 499, where the caller hung up. Costs are nano-dollars as text.
 */
export async function summarizeUsage(ctx: PlatformContext, raw: z.input<typeof SummarizeUsageInput> = {}) {
  requirePermission(ctx, "usage.read");
  const { hours, orgId, projectId } = SummarizeUsageInput.parse(raw);
  const toMs = bucketOf(ctx.now().getTime()) + BUCKET_MS;
  const bucketMinutes = WIDTHS.find(({ hoursMax }) => hours <= hoursMax)?.minutes ?? 15;
  const window: UsageWindow = {
    orgId: ctx.orgId ?? orgId,
    projectId,
    from: new Date(toMs - hours * HOUR_MS),
    to: new Date(toMs),
    widthMs: bucketMinutes * MINUTE_MS,
  };
  const [series, histograms] = await Promise.all([readSums(ctx.db, window), readHistograms(ctx.db, window)]);
  const models = [...new Set(series.map(({ model }) => model))];
  const rows = models.map((model) => ({
    model,
    ...sumsOf(series.filter((part) => part.model === model)),
    ...percentilesOf(histograms.filter((part) => part.model === model)),
  }));
  return {
    from: window.from.toISOString(),
    to: window.to.toISOString(),
    bucketMinutes,
    totals: { ...sumsOf(series), ...percentilesOf(histograms) },
    series: series.map((part) => ({ ...part, costNano: part.costNano.toString() })),
    rows: rows.sort((left, right) => right.requests - left.requests || (left.model < right.model ? -1 : 1)),
  };
}
