"use client";

import { useTranslations } from "next-intl";
import { SERIES_MAX, Swatch } from "#components/charts/stacked-bars";
import { Cell, HeadCell, Row, Table } from "#components/data-table/table";
import { useFormat } from "#components/format/use-format";
import type { Usage } from "./queries.ts";
import { isOther } from "./usage-bars.ts";
import { useModelLabel } from "./use-model-label.ts";

/** The same day in figures, with the colours of the chart. */
export function UsageTable({ usage }: { usage: Usage }) {
  const t = useTranslations("usage");
  const labelOf = useModelLabel();
  return (
    <Table label={t("title")}>
      <thead>
        <tr>
          <HeadCell className="sticky left-0 bg-sunken">{t("model")}</HeadCell>
          <HeadCell isNumber>{t("metrics.requests")}</HeadCell>
          <HeadCell isNumber>{t("metrics.errors")}</HeadCell>
          <HeadCell isNumber>{t("inputTokens")}</HeadCell>
          <HeadCell isNumber>{t("outputTokens")}</HeadCell>
          <HeadCell isNumber>{t("metrics.cost")}</HeadCell>
          <HeadCell isNumber>{t("p95")}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {usage.rows.map((row, place) => (
          <Row key={row.model} className="hover:bg-hover/50">
            <Cell className="sticky left-0 bg-surface">
              <span className="flex max-w-56 items-center gap-2">
                <Swatch place={isOther(row.model) ? SERIES_MAX : place} />
                <span className="truncate font-medium">{labelOf(row.model)}</span>
              </span>
            </Cell>
            <Figures sums={row} />
          </Row>
        ))}
      </tbody>
      <tfoot>
        <tr className="border-t bg-sunken font-medium">
          <Cell className="sticky left-0 bg-sunken">{t("total")}</Cell>
          <Figures sums={usage.totals} />
        </tr>
      </tfoot>
    </Table>
  );
}

function Figures({ sums }: { sums: Usage["totals"] }) {
  const t = useTranslations("usage");
  const { count, money, duration } = useFormat();
  return (
    <>
      <Cell isNumber>{count(sums.requests)}</Cell>
      <Cell isNumber>{count(sums.errors)}</Cell>
      <Cell isNumber>{count(sums.inputTokens)}</Cell>
      <Cell isNumber>{count(sums.outputTokens)}</Cell>
      <Cell isNumber>{money(sums.costNano)}</Cell>
      <Cell isNumber>{sums.latencyP95Ms === null ? t("none") : duration(sums.latencyP95Ms)}</Cell>
    </>
  );
}
