"use client";

import { useTranslations } from "next-intl";
import { SERIES_MAX, StackedBars } from "#components/charts/stacked-bars";
import { useFormat } from "#components/format/use-format";
import type { Usage } from "./queries.ts";
import { barsOf, type Metric, modelsOf } from "./usage-bars.ts";
import { useModelLabel } from "./use-model-label.ts";

const NANO_PER_USD = 1_000_000_000;
const MINUTE_MS = 60_000;

export function UsageChart({ usage, metric }: { usage: Usage; metric: Metric }) {
  const t = useTranslations("usage");
  const { locale, count, shortCount, money } = useFormat();
  const labelOf = useModelLabel();
  const models = modelsOf(usage, SERIES_MAX);
  const hour = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hour12: false });
  const span = new Intl.DateTimeFormat(locale, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
  const bars = barsOf(usage, models, metric).map(({ at, values }) => ({
    id: at.toISOString(),
    tick: hour.format(at),
    label: span.formatRange(at, new Date(at.getTime() + usage.bucketMinutes * MINUTE_MS)),
    values,
  }));
  const asMoney = (value: number) => money(BigInt(Math.round(value * NANO_PER_USD)).toString());
  return (
    <div className="px-4 pt-5 pb-4">
      <StackedBars
        label={t("chartLabel", { metric: t(`metrics.${metric}`), minutes: usage.bucketMinutes })}
        bars={bars}
        series={models.map((id) => ({ id, label: labelOf(id) }))}
        formatValue={metric === "cost" ? asMoney : count}
        formatTick={metric === "cost" ? asMoney : shortCount}
        hasFractions={metric === "cost"}
        totalLabel={t("total")}
      />
    </div>
  );
}
