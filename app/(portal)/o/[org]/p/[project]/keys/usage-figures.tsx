"use client";

import { useTranslations } from "next-intl";
import { useFormat } from "#components/format/use-format";
import type { Usage } from "./queries.ts";
import { METRICS, type Metric } from "./usage-bars.ts";

type UsageFiguresProps = { totals: Usage["totals"]; metric: Metric; onMetric: (metric: string) => void };

/** The day in four figures; the one that is pressed is drawn below. */
export function UsageFigures({ totals, metric, onMetric }: UsageFiguresProps) {
  const t = useTranslations("usage");
  const figures = useFigures(totals);
  return (
    <fieldset className="grid grid-cols-2 gap-px border-b bg-line lg:grid-cols-4">
      <legend className="sr-only">{t("metric")}</legend>
      {METRICS.map((id) => (
        <label
          key={id}
          className="relative grid cursor-pointer content-start gap-0.5 bg-surface px-4 py-3 -outline-offset-2 outline-ring transition-colors before:absolute before:inset-x-0 before:bottom-0 before:h-0.5 hover:bg-hover/60 has-checked:before:bg-ink has-focus-visible:outline-2"
        >
          <input
            type="radio"
            className="absolute inset-0 cursor-pointer appearance-none rounded-[inherit] outline-none"
            name="usage-metric"
            value={id}
            checked={id === metric}
            onChange={() => onMetric(id)}
          />
          <span className="font-medium text-ink-faint text-xs">{t(`metrics.${id}`)}</span>
          <span className="font-semibold text-xl tabular-nums tracking-tight">{figures[id].value}</span>
          <span className="min-h-4.5 text-ink-faint text-xs tabular-nums">
            {totals.requests > 0 && figures[id].note}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function useFigures(totals: Usage["totals"]): Record<Metric, { value: string; note: string }> {
  const t = useTranslations("usage");
  const { count, shortCount, money, duration, share } = useFormat();
  const { requests, errors, inputTokens, outputTokens, costNano, latencyP95Ms } = totals;
  return {
    requests: {
      value: count(requests),
      note: t("latency", { duration: latencyP95Ms === null ? t("none") : duration(latencyP95Ms) }),
    },
    tokens: {
      value: count(inputTokens + outputTokens),
      note: t("tokensSplit", { input: shortCount(inputTokens), output: shortCount(outputTokens) }),
    },
    cost: {
      value: money(costNano),
      note: t("costPer", {
        amount: requests === 0 ? t("none") : money((BigInt(costNano) / BigInt(requests)).toString()),
      }),
    },
    errors: {
      value: count(errors),
      note: t("errorRate", { rate: requests === 0 ? t("none") : share(errors / requests) }),
    },
  };
}
