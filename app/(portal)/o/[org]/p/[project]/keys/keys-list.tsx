"use client";

import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { KeyRound, ListFilter, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { EmptyState } from "#components/data-table/empty-state";
import { useUrlChoice } from "#components/data-table/use-url-choice";
import { useFailureText } from "#components/forms/use-failure-text";
import { Button } from "#components/ui/button";
import { Card } from "#components/ui/card";
import { Notice } from "#components/ui/notice";
import { Segmented } from "#components/ui/segmented";
import { KeyCards } from "./key-cards.tsx";
import { KeysTable } from "./keys-table.tsx";
import { failureOf, type KeyRow } from "./queries.ts";

type KeysListProps = {
  keys: Pick<UseInfiniteQueryResult, "error" | "hasNextPage" | "isFetchingNextPage" | "fetchNextPage">;
  rows: readonly KeyRow[];
  mayWrite: boolean;
  onCreate: () => void;
  onRevoke: (row: KeyRow) => void;
};

const FILTERS = ["all", "active"] as const;

export function KeysList({ keys, rows, mayWrite, onCreate, onRevoke }: KeysListProps) {
  const t = useTranslations("keys");
  const failureText = useFailureText();
  const [filter, setFilter] = useUrlChoice("status", FILTERS);
  const { error, hasNextPage, isFetchingNextPage, fetchNextPage } = keys;
  const shown = filter === "all" ? rows : rows.filter(({ status }) => status === "active");
  const isIncomplete = filter === "active" && hasNextPage && error === null;

  // A filter looks at every key, not at those that happen to be on the screen.
  useEffect(() => {
    if (isIncomplete && !isFetchingNextPage) void fetchNextPage();
  }, [isIncomplete, isFetchingNextPage, fetchNextPage]);

  if (rows.length === 0) {
    return (
      <Card className="mt-6">
        <EmptyState icon={KeyRound} title={t("empty.title")} text={mayWrite ? t("empty.text") : t("empty.readOnly")}>
          {mayWrite && (
            <Button variant="primary" onClick={onCreate}>
              <Plus aria-hidden />
              {t("create.open")}
            </Button>
          )}
        </EmptyState>
      </Card>
    );
  }
  const count = shown.length;
  return (
    <Card className="mt-6 overflow-hidden">
      <header className="flex min-h-12 items-center justify-between gap-3 border-b py-1.5 pr-2 pl-4">
        <h2 className="font-medium text-sm tabular-nums">
          {hasNextPage ? t("list.totalMore", { count }) : t("list.total", { count })}
        </h2>
        <Segmented
          label={t("list.filter")}
          value={filter}
          onChange={setFilter}
          options={FILTERS.map((value) => ({ value, label: t(`list.filters.${value}`) }))}
        />
      </header>
      {count === 0 && !isIncomplete ? (
        <EmptyState icon={ListFilter} title={t("empty.filteredTitle")} text={t("empty.filteredText")}>
          <Button onClick={() => setFilter("all")}>{t("empty.clear")}</Button>
        </EmptyState>
      ) : (
        <>
          <KeysTable rows={shown} mayWrite={mayWrite} onRevoke={onRevoke} />
          <KeyCards rows={shown} mayWrite={mayWrite} onRevoke={onRevoke} />
        </>
      )}
      {error !== null && (
        <Notice tone="bad" className="m-3">
          {t("empty.failedTitle")} {failureText(failureOf(error))}
        </Notice>
      )}
      {hasNextPage && (
        <footer className="flex justify-center border-t p-2">
          <Button variant="ghost" size="sm" isBusy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("list.more")}
          </Button>
        </footer>
      )}
    </Card>
  );
}
