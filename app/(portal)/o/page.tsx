import { Building2 } from "lucide-react";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { EmptyState } from "#components/data-table/empty-state";
import { AccountMenu } from "#components/layout/account-menu";
import { TopBar } from "#components/layout/top-bar";
import { openStartPage } from "#lib/mounts/session";
import { signOutElsewhereAction } from "./[org]/p/[project]/actions.ts";

/** Where signing in leads: the first project of the user. */
export default async function StartPage() {
  const { session, workspace } = await openStartPage();
  if (workspace) redirect(`/o/${workspace.org.slug}/p/${workspace.project.slug}/keys`);
  const [t, layout] = await Promise.all([getTranslations("noWorkspace"), getTranslations("layout")]);
  return (
    <>
      <TopBar
        homeHref="/"
        homeLabel={layout("home")}
        end={<AccountMenu name={session.name} email={session.email} signOutElsewhere={signOutElsewhereAction} />}
      />
      <main className="pt-[12dvh]">
        <EmptyState heading="h1" icon={Building2} title={t("title")} text={t("text")} />
      </main>
    </>
  );
}
