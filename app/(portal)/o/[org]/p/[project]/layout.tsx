import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { AccountMenu } from "#components/layout/account-menu";
import { TopBar } from "#components/layout/top-bar";
import { WorkspaceMenu } from "#components/layout/workspace-menu";
import { openProjectPage } from "#lib/mounts/session";
import { signOutElsewhereAction } from "./actions.ts";
import { KeepSession } from "./keep-session.tsx";

type ProjectLayoutProps = { children: ReactNode; params: Promise<{ org: string; project: string }> };

export default async function ProjectLayout({ children, params }: ProjectLayoutProps) {
  const { org, project } = await params;
  const { session, workspace, workspaces, isCut } = await openProjectPage(org, project);
  const t = await getTranslations("layout");
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-primary px-3 py-2 font-medium text-on-primary focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t("skip")}
      </a>
      <TopBar
        homeHref="/o"
        homeLabel={t("home")}
        end={<AccountMenu name={session.name} email={session.email} signOutElsewhere={signOutElsewhereAction} />}
      >
        <WorkspaceMenu current={workspace} workspaces={workspaces} isCut={isCut} />
      </TopBar>
      <main id="content" className="mx-auto w-full max-w-6xl flex-1 px-4 pt-8 pb-20 sm:px-6">
        {children}
      </main>
      <KeepSession />
    </div>
  );
}
