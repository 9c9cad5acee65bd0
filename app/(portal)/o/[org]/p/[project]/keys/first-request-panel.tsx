"use client";

import { ChevronRight, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { FirstRequestStatus } from "./first-request-status.tsx";
import { type Endpoint, KeySnippet } from "./key-snippet.tsx";
import type { KeyRow, Scope } from "./queries.ts";
import { useDismissed } from "./use-dismissed.ts";

type FirstRequestPanelProps = { scope: Scope; rows: readonly KeyRow[]; endpoint: Endpoint };

const FRESH_MS = 86_400_000;

/** Waits beside the newest key until it is used. It stays when that has happened, until it is dismissed. */
export function FirstRequestPanel({ scope, rows, endpoint }: FirstRequestPanelProps) {
  const t = useTranslations("keys.first");
  const [watched, setWatched] = useState<KeyRow>();
  const [dismissedId, dismiss] = useDismissed();
  const [isCodeShown, setIsCodeShown] = useState(false);
  const newest = rows[0];
  // Kept from here on: the row itself stops looking unused at the very moment that is worth showing.
  if (newest !== undefined && newest.id !== watched?.id && isWaiting(newest)) setWatched(newest);
  const row = rows.find(({ id }) => id === watched?.id);
  if (row === undefined || row.status !== "active") return null;
  if (dismissedId === undefined || dismissedId === row.id) return null;
  const placeholder = `sk-sy-${row.kind}-…${row.last4}`;
  return (
    <FirstRequestStatus
      scope={scope}
      keyId={row.id}
      name={row.name}
      className="mt-6 shadow-card"
      end={
        <Button
          variant="ghost"
          size="sm"
          className="-my-1.5 -mr-2 px-2"
          aria-label={t("dismiss")}
          onClick={() => dismiss(row.id)}
        >
          <X aria-hidden />
        </Button>
      }
    >
      <details className="group border-t" onToggle={(event) => setIsCodeShown(event.currentTarget.open)}>
        <summary className="flex h-9 list-none items-center gap-2 px-3.5 font-medium text-ink-soft text-sm hover:text-ink pointer-coarse:h-11">
          <ChevronRight aria-hidden className="mx-0.5 size-4 transition-transform group-open:rotate-90" />
          {t("showCode")}
        </summary>
        {isCodeShown && (
          <div className="grid gap-2 px-3.5 pb-3.5">
            <KeySnippet endpoint={endpoint} secret={placeholder} />
            <p className="text-ink-soft text-xs">{t("placeholder", { placeholder })}</p>
          </div>
        )}
      </details>
    </FirstRequestStatus>
  );
}

const isWaiting = (row: KeyRow) =>
  row.status === "active" && row.firstUsedAt === null && Date.now() - new Date(row.createdAt).getTime() < FRESH_MS;
