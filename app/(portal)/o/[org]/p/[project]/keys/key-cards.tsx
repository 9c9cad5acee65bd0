"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { RelativeTime } from "#components/format/time";
import { Button } from "#components/ui/button";
import { KeyName, KeyStatusBadge } from "./key-parts.tsx";
import { keyText } from "./key-text.ts";
import type { KeyRow } from "./queries.ts";

type KeyCardsProps = { rows: readonly KeyRow[]; mayWrite: boolean; onRevoke: (row: KeyRow) => void };

/** The keys on a phone: nothing scrolls sideways, nothing is left out. */
export function KeyCards({ rows, mayWrite, onRevoke }: KeyCardsProps) {
  const t = useTranslations("keys");
  return (
    <ul className="divide-y md:hidden">
      {rows.map((row) => (
        <li key={row.id} className="grid grid-cols-[minmax(0,1fr)] gap-2 px-4 py-3">
          <div className="flex items-start justify-between gap-3">
            <KeyName row={row} />
            <KeyStatusBadge row={row} />
          </div>
          <p className="truncate font-mono text-[0.8125rem] text-ink-soft">{keyText(row)}</p>
          <div className="flex items-end justify-between gap-3">
            <dl className="grid min-w-0 gap-0.5 text-xs">
              <Fact label={t("list.created")}>
                <RelativeTime at={row.createdAt} /> · {row.createdByName ?? t("list.system")}
              </Fact>
              <Fact label={t("list.lastUsed")}>
                {row.lastUsedAt === null ? t("list.never") : <RelativeTime at={row.lastUsedAt} />}
              </Fact>
            </dl>
            {mayWrite && row.status === "active" && (
              <Button size="sm" aria-label={t("revoke.open", { name: row.name })} onClick={() => onRevoke(row)}>
                {t("revoke.label")}
              </Button>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="flex gap-1.5">
    <dt className="shrink-0 text-ink-faint">{label}</dt>
    <dd className="min-w-0 wrap-anywhere text-ink-soft">{children}</dd>
  </div>
);
