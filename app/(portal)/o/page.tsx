import { Building2 } from "lucide-react";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { EmptyState } from "#components/data-table/empty-state";
import { TopBar } from "#components/layout/top-bar";
import { firstWorkspace } from "#lib/mounts/session";

/** Where signing in leads: the first project of the user. */
export default async function StartPage() {
  const workspace = await firstWorkspace();
  if (workspace) redirect(`/o/${workspace.org.slug}/p/${workspace.project.slug}/keys`);
  const [t, layout] = await Promise.all([getTranslations("noWorkspace"), getTranslations("layout")]);
  return (
    <>
      <TopBar homeHref="/" homeLabel={layout("home")} />
      <main className="pt-[12dvh]">
        <EmptyState icon={Building2} title={t("title")} text={t("text")} />
      </main>
    </>
  );
}
