"use client";

import { useTranslations } from "next-intl";
import { Cell, HeadCell, Row, Table } from "#components/data-table/table";
import { RelativeTime } from "#components/format/time";
import { Button } from "#components/ui/button";
import { KeyName, KeyStatusBadge } from "./key-parts.tsx";
import { keyText } from "./key-text.ts";
import type { KeyRow } from "./queries.ts";

type KeysTableProps = { rows: readonly KeyRow[]; mayWrite: boolean; onRevoke: (row: KeyRow) => void };

/** The keys on a wide screen. */
export function KeysTable({ rows, mayWrite, onRevoke }: KeysTableProps) {
  const t = useTranslations("keys");
  return (
    <div className="hidden md:block">
      <Table label={t("title")}>
        <thead>
          <tr>
            <HeadCell>{t("list.name")}</HeadCell>
            <HeadCell>{t("list.key")}</HeadCell>
            <HeadCell>{t("list.created")}</HeadCell>
            <HeadCell>{t("list.lastUsed")}</HeadCell>
            <HeadCell>{t("list.status")}</HeadCell>
            {mayWrite && (
              <HeadCell>
                <span className="sr-only">{t("list.actions")}</span>
              </HeadCell>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.id} className={row.status === "active" ? "hover:bg-hover/50" : "text-ink-faint"}>
              <Cell className="max-w-64">
                <KeyName row={row} />
              </Cell>
              <Cell className="font-mono text-[0.8125rem]">{keyText(row)}</Cell>
              <Cell>
                <RelativeTime at={row.createdAt} />
                <span className="ml-1.5 text-ink-faint">{row.createdByName ?? t("list.system")}</span>
              </Cell>
              <Cell>{row.lastUsedAt === null ? t("list.never") : <RelativeTime at={row.lastUsedAt} />}</Cell>
              <Cell>
                <KeyStatusBadge row={row} />
              </Cell>
              {mayWrite && (
                <Cell className="text-right">
                  {row.status === "active" && (
                    <Button
                      variant="ghost"
                      size="sm"
                      aria-label={t("revoke.open", { name: row.name })}
                      onClick={() => onRevoke(row)}
                    >
                      {t("revoke.label")}
                    </Button>
                  )}
                </Cell>
              )}
            </Row>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
