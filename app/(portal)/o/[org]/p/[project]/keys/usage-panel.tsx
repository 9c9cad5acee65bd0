"use client";

import { useQuery } from "@tanstack/react-query";
import { ChartNoAxesColumn, CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { EmptyState } from "#components/data-table/empty-state";
import { useUrlChoice } from "#components/data-table/use-url-choice";
import { useIsInBrowser } from "#components/format/use-format";
import { useFailureText } from "#components/forms/use-failure-text";
import { Button } from "#components/ui/button";
import { Card } from "#components/ui/card";
import { Segmented } from "#components/ui/segmented";
import { Skeleton } from "#components/ui/skeleton";
import { failureOf, type Scope, type Usage, usageQuery } from "./queries.ts";
import { METRICS } from "./usage-bars.ts";
import { UsageChart } from "./usage-chart.tsx";
import { UsageFigures } from "./usage-figures.tsx";
import { UsageTable } from "./usage-table.tsx";

type UsagePanelProps = { scope: Scope; projectName: string };

const VIEWS = ["chart", "table"] as const;

/** What the project used in the last day, by model. */
export function UsagePanel({ scope, projectName }: UsagePanelProps) {
  const t = useTranslations("usage");
  const isInBrowser = useIsInBrowser();
  const [view, setView] = useUrlChoice("view", VIEWS);
  const usage = useQuery(usageQuery(scope));
  const zone = isInBrowser ? Intl.DateTimeFormat().resolvedOptions().timeZone : undefined;
  return (
    <section className="mt-14" aria-labelledby="usage-title">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div className="min-w-0">
          <h2 id="usage-title" className="font-semibold text-lg tracking-tight">
            {t("title")}
          </h2>
          <p className="text-ink-faint text-sm">
            {zone === undefined ? t("scopeLoading") : t("scope", { project: projectName, zone })}
          </p>
        </div>
        {usage.data !== undefined && usage.data.totals.requests > 0 && (
          <Segmented
            label={t("view")}
            value={view}
            onChange={setView}
            options={VIEWS.map((value) => ({ value, label: t(`views.${value}`) }))}
          />
        )}
      </div>
      <UsageBody usage={usage.data} error={usage.error} view={view} onRetry={() => void usage.refetch()} />
    </section>
  );
}

type UsageBodyProps = {
  usage: Usage | undefined;
  error: Error | null;
  view: (typeof VIEWS)[number];
  onRetry: () => void;
};

function UsageBody({ usage, error, view, onRetry }: UsageBodyProps) {
  const t = useTranslations("usage");
  const common = useTranslations("common");
  const failureText = useFailureText();
  const [metric, setMetric] = useUrlChoice("metric", METRICS);
  if (usage === undefined && error !== null) {
    return (
      <Card className="mt-4">
        <EmptyState icon={CircleAlert} tone="bad" title={t("failedTitle")} text={failureText(failureOf(error))}>
          <Button onClick={onRetry}>{common("retry")}</Button>
        </EmptyState>
      </Card>
    );
  }
  if (usage === undefined) return <Skeleton className="mt-4 h-96 w-full rounded-xl" />;
  return (
    <Card className="mt-4 overflow-hidden">
      <UsageFigures totals={usage.totals} metric={metric} onMetric={setMetric} />
      {usage.totals.requests === 0 ? (
        <EmptyState icon={ChartNoAxesColumn} title={t("emptyTitle")} text={t("emptyText")} />
      ) : view === "chart" ? (
        <UsageChart usage={usage} metric={metric} />
      ) : (
        <UsageTable usage={usage} />
      )}
    </Card>
  );
}
