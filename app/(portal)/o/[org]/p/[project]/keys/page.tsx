import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { isAllowed } from "#lib/base/permissions";
import { parseUsd } from "#lib/base/units";
import type { FeatureContext } from "#lib/features/context";
import { listKeys } from "#lib/features/keys/list-keys";
import { readOrganization } from "#lib/features/organizations/read-organization";
import { exampleModel } from "#lib/mounts/example-model";
import { apiBaseUrl } from "#lib/mounts/portal-config";
import { openProjectPage } from "#lib/mounts/session";
import { KeysView } from "./keys-view.tsx";
import { PageHeading } from "./page-heading.tsx";
import type { Scope } from "./queries.ts";
import { UsagePanel } from "./usage-panel.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("metadata"))("keys") };
}

type KeysPageProps = { params: Promise<{ org: string; project: string }> };

export default async function KeysPage({ params }: KeysPageProps) {
  const { org, project } = await params;
  const { ctx, workspace } = await openProjectPage(org, project);
  const scope = { org, projectId: workspace.project.id };
  return (
    <>
      {isAllowed("keys.read", ctx.orgRole, ctx.platformRole) ? (
        <Keys ctx={ctx} scope={scope} projectName={workspace.project.name} />
      ) : (
        <DevelopersOnly />
      )}
      <UsagePanel scope={scope} projectName={workspace.project.name} />
    </>
  );
}

type KeysProps = { ctx: FeatureContext; scope: Scope; projectName: string };

async function Keys({ ctx, scope, projectName }: KeysProps) {
  const [firstPage, model, { availableUsd }] = await Promise.all([
    listKeys(ctx, { projectId: scope.projectId }),
    exampleModel(),
    readOrganization(ctx),
  ]);
  return (
    <KeysView
      scope={scope}
      projectName={projectName}
      endpoint={{ baseUrl: apiBaseUrl(), model }}
      hasCredit={(parseUsd(availableUsd) ?? 0n) > 0n}
      mayWrite={isAllowed("keys.write", ctx.orgRole, ctx.platformRole)}
      firstPage={firstPage}
    />
  );
}

async function DevelopersOnly() {
  const t = await getTranslations("keys");
  return <PageHeading title={t("title")} text={t("developersOnly")} />;
}
