"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { toast } from "sonner";
import { RelativeTime } from "#components/format/time";
import { Field } from "#components/forms/field";
import { unreachable, useFailureText } from "#components/forms/use-failure-text";
import { AlertDialog } from "#components/ui/alert-dialog";
import { Input } from "#components/ui/input";
import { Notice } from "#components/ui/notice";
import { revokeKeyAction } from "./actions.ts";
import { isNameTyped } from "./is-name-typed.ts";
import { keyText } from "./key-text.ts";
import type { KeyRow, Scope } from "./queries.ts";

type RevokeKeyDialogProps = { scope: Scope; row: KeyRow; onClose: () => void; onRevoked: () => Promise<void> };

const RECENT_MS = 30 * 86_400_000;

/** A key somebody may still rely on asks for its name to be typed. */
export function RevokeKeyDialog({ scope, row, onClose, onRevoked }: RevokeKeyDialogProps) {
  const t = useTranslations("keys.revoke");
  const common = useTranslations("common");
  const failureText = useFailureText();
  const [typed, setTyped] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string>();
  const { name, lastUsedAt } = row;
  const isInUse = lastUsedAt !== null && Date.now() - new Date(lastUsedAt).getTime() < RECENT_MS;

  async function revoke() {
    setIsBusy(true);
    const result = await revokeKeyAction({ id: row.id }, scope.org).catch(unreachable);
    if (result.ok) {
      toast.success(t("done", { name }));
      // Its button goes with the list that is read again: closing before that would give the focus to what vanishes.
      await onRevoked();
      return onClose();
    }
    setIsBusy(false);
    return setError(failureText(result));
  }

  return (
    <AlertDialog
      isOpen
      onOpenChange={onClose}
      title={t("title", { name })}
      description={t.rich("text", {
        key: () => <code className="font-mono text-ink">{keyText(row)}</code>,
      })}
      cancel={common("cancel")}
      confirm={t("confirm", { name })}
      isBusy={isBusy}
      isConfirmDisabled={isInUse && !isNameTyped(name, typed)}
      onConfirm={() => void revoke()}
    >
      {error !== undefined && (
        <Notice tone="bad" className="mt-4">
          {error}
        </Notice>
      )}
      {isInUse && (
        <div className="mt-4 grid gap-3">
          <p className="text-sm">{t.rich("usedRecently", { when: () => <RelativeTime at={lastUsedAt} /> })}</p>
          <Field label={t("typeName")}>
            {(control) => (
              <Input
                {...control}
                value={typed}
                autoComplete="off"
                placeholder={name}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
        </div>
      )}
    </AlertDialog>
  );
}
