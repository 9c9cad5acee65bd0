"use client";

import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useHeld } from "#components/layout/held";
import { Button } from "#components/ui/button";
import { CopyButton } from "#components/ui/copy-button";
import { Notice } from "#components/ui/notice";
import { CreateKeyDialog } from "./create-key-dialog.tsx";
import { CreatedKeyDialog } from "./created-key-dialog.tsx";
import { FirstRequestPanel } from "./first-request-panel.tsx";
import type { CreatedKey, Endpoint } from "./key-snippet.tsx";
import { KeysList } from "./keys-list.tsx";
import { PageHeading } from "./page-heading.tsx";
import { type KeyPage, type KeyRow, keysQuery, type Scope } from "./queries.ts";
import { RevokeKeyDialog } from "./revoke-key-dialog.tsx";

type KeysViewProps = {
  scope: Scope;
  projectName: string;
  endpoint: Endpoint;
  hasCredit: boolean;
  mayWrite: boolean;
  firstPage: KeyPage;
};

export function KeysView({ scope, projectName, endpoint, hasCredit, mayWrite, firstPage }: KeysViewProps) {
  const t = useTranslations("keys");
  const queries = useQueryClient();
  const keys = useInfiniteQuery({ ...keysQuery(scope), initialData: { pages: [firstPage], pageParams: [null] } });
  const rows = keys.data.pages.flatMap(({ items }) => items);
  const [isCreating, setIsCreating] = useState(false);
  const { held, hold } = useHeld();
  const [lostName, setLostName] = useState<string>();
  const [revoking, setRevoking] = useState<KeyRow>();
  const refresh = () => queries.invalidateQueries({ queryKey: keysQuery(scope).queryKey });

  function onCreated(key: CreatedKey) {
    setIsCreating(false);
    setLostName(undefined);
    hold(<CreatedKeyDialog scope={scope} created={key} endpoint={endpoint} onClose={() => hold(null)} />);
    void refresh();
  }

  function onLost(name: string) {
    setIsCreating(false);
    setLostName(name);
    void refresh();
  }

  function onRevoked() {
    setLostName(undefined);
    return refresh();
  }

  return (
    <>
      <PageHeading title={t("title")} text={t("text", { project: projectName })}>
        {mayWrite && (
          <Button variant="primary" onClick={() => setIsCreating(true)}>
            <Plus aria-hidden />
            {t("create.open")}
          </Button>
        )}
      </PageHeading>
      <div className="mt-4 flex min-w-0 items-center gap-1.5 text-sm">
        <span className="shrink-0 text-ink-faint">{t("baseUrl")}</span>
        <code className="min-w-0 truncate font-mono text-[0.8125rem]">{endpoint.baseUrl}</code>
        <CopyButton text={endpoint.baseUrl} label={t("copyBaseUrl")} isIconOnly variant="ghost" size="sm" />
      </div>
      {lostName !== undefined && (
        <Notice tone="bad" className="mt-6">
          {t("create.lost", { name: lostName })}
        </Notice>
      )}
      {held === null && <FirstRequestPanel scope={scope} rows={rows} endpoint={endpoint} />}
      <KeysList
        keys={keys}
        rows={rows}
        mayWrite={mayWrite}
        onCreate={() => setIsCreating(true)}
        onRevoke={setRevoking}
      />
      <CreateKeyDialog
        scope={scope}
        hasCredit={hasCredit}
        isOpen={isCreating}
        onOpenChange={setIsCreating}
        onCreated={onCreated}
        onLost={onLost}
      />
      {revoking !== undefined && (
        <RevokeKeyDialog scope={scope} row={revoking} onClose={() => setRevoking(undefined)} onRevoked={onRevoked} />
      )}
    </>
  );
}
