"use client";

import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { EmptyState } from "#components/data-table/empty-state";
import { Button } from "#components/ui/button";

type FailureStateProps = { reference: string | undefined; onRetry: () => void };

/** A page that failed: what to do, and what to tell the operator. */
export function FailureState({ reference, onRetry }: FailureStateProps) {
  const t = useTranslations();
  return (
    <EmptyState heading="h1" icon={CircleAlert} tone="bad" title={t("failure.title")} text={t("failure.text")}>
      <Button variant="primary" onClick={onRetry}>
        {t("common.retry")}
      </Button>
      {reference !== undefined && (
        <p className="w-full font-mono text-ink-faint text-xs">{t("common.requestId", { requestId: reference })}</p>
      )}
    </EmptyState>
  );
}
