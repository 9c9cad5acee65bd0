import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { TopBar } from "#components/layout/top-bar";
import { Tracks } from "#components/layout/tracks";

export default async function AuthLayout({ children }: { children: ReactNode }) {
  const t = await getTranslations("layout");
  return (
    <div className="relative isolate flex min-h-dvh flex-col overflow-hidden">
      <Tracks className="absolute inset-x-0 bottom-0 -z-10 h-64 w-full opacity-70" />
      <TopBar homeHref="/" homeLabel={t("home")} />
      <main className="flex flex-1 justify-center px-5 pt-12 pb-24 sm:pt-[12dvh]">{children}</main>
    </div>
  );
}
