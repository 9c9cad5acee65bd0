"use client";

import { Link2Off } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { EmptyState } from "#components/data-table/empty-state";
import { Button } from "#components/ui/button";

/** A mailed link that is used, old or broken, and the way to a new one. */
export function DeadLink({ href }: { href: string }) {
  const t = useTranslations("auth.link");
  return (
    <EmptyState heading="h1" icon={Link2Off} title={t("invalidTitle")} text={t("invalidText")}>
      <Button variant="primary" asChild>
        <Link href={href}>{t("again")}</Link>
      </Button>
    </EmptyState>
  );
}
