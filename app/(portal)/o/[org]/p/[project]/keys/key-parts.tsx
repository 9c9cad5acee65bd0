"use client";

import { useTranslations } from "next-intl";
import { RelativeTime } from "#components/format/time";
import { Badge } from "#components/ui/badge";
import { classNames } from "#components/ui/class-names";
import type { KeyRow } from "./queries.ts";

const TONES = { active: "good", expired: "warn", revoked: "neutral" } as const;
const LIGHTS = { active: "bg-good-solid", expired: "bg-warn", revoked: "bg-ink-faint" } as const;

/** Cut short in a table, where the pointer shows all of it; on a phone, which has none, it goes on in the next line. */
export function KeyName({ row }: { row: KeyRow }) {
  const t = useTranslations("keys");
  return (
    <span className="flex min-w-0 items-center gap-2 max-md:flex-wrap max-md:gap-y-1">
      <span
        className={classNames(
          "min-w-0 font-medium max-md:wrap-anywhere md:truncate",
          row.status === "active" ? "text-ink" : "text-ink-soft",
        )}
        title={row.name}
      >
        {row.name}
      </span>
      {row.kind === "test" && <Badge>{t("kinds.test")}</Badge>}
    </span>
  );
}

export function KeyStatusBadge({ row }: { row: KeyRow }) {
  const t = useTranslations("keys.list");
  const { status, expiresAt } = row;
  return (
    <span className="inline-flex shrink-0 flex-wrap items-center gap-x-2 gap-y-1 max-md:flex-col max-md:items-end">
      <Badge tone={TONES[status]}>
        <span aria-hidden className={classNames("size-1.5 rounded-full", LIGHTS[status])} />
        {t(`statuses.${status}`)}
      </Badge>
      {status === "active" && expiresAt !== null && (
        <span className="text-ink-faint text-xs">
          {t.rich("expires", { when: () => <RelativeTime at={expiresAt} /> })}
        </span>
      )}
    </span>
  );
}
