import { MapPinOff } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { EmptyState } from "#components/data-table/empty-state";
import { TopBar } from "#components/layout/top-bar";
import { Button } from "#components/ui/button";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("metadata"))("notFound") };
}

export default async function NotFoundPage() {
  const [t, layout] = await Promise.all([getTranslations("notFound"), getTranslations("layout")]);
  return (
    <>
      <TopBar homeHref="/" homeLabel={layout("home")} />
      <main className="pt-[12dvh]">
        <EmptyState heading="h1" icon={MapPinOff} title={t("title")} text={t("text")}>
          <Button variant="primary" asChild>
            <Link href="/">{t("home")}</Link>
          </Button>
        </EmptyState>
      </main>
    </>
  );
}
