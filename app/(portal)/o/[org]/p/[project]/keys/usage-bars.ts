import type { Usage, UsageSums } from "./queries.ts";

export const METRICS = ["requests", "tokens", "cost", "errors"] as const;
export type Metric = (typeof METRICS)[number];

export type UsageBar = { readonly at: Date; readonly values: Readonly<Record<string, number>> };

const OTHER = "(other)";
const MINUTE_MS = 60_000;
const NANO_PER_USD = 1_000_000_000;

/** A figure to be drawn. Money becomes a number here and nowhere else: a bar has fewer pixels than a double has digits. */
export function amountOf(sums: UsageSums, metric: Metric): number {
  if (metric === "tokens") return sums.inputTokens + sums.outputTokens;
  if (metric === "cost") return Number(sums.costNano) / NANO_PER_USD;
  return sums[metric];
}

/** Gives the models that get a colour of their own, the busiest first, and the one the rest is added up under. */
export function modelsOf(usage: Usage, namedMax: number): readonly string[] {
  const names = usage.rows.map(({ model }) => model).filter((model) => model !== OTHER);
  const hasOthers = names.length > namedMax || usage.rows.length > names.length;
  return hasOthers ? [...names.slice(0, namedMax), OTHER] : names;
}

export const isOther = (model: string) => model === OTHER;

/** Gives one bar for every stretch of the window, those without a request too. */
export function barsOf(usage: Usage, models: readonly string[], metric: Metric): UsageBar[] {
  const widthMs = usage.bucketMinutes * MINUTE_MS;
  const fromMs = Date.parse(usage.from);
  const count = Math.round((Date.parse(usage.to) - fromMs) / widthMs);
  const bars = Array.from({ length: count }, (): Record<string, number> => ({}));
  for (const part of usage.series) {
    const values = bars[Math.floor((Date.parse(part.bucket) - fromMs) / widthMs)];
    if (!values) continue;
    const model = models.includes(part.model) ? part.model : OTHER;
    values[model] = (values[model] ?? 0) + amountOf(part, metric);
  }
  return bars.map((values, place) => ({ at: new Date(fromMs + place * widthMs), values }));
}
