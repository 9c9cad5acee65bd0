"use client";

import { useTranslations } from "next-intl";
import { Dialog, DialogContent } from "#components/ui/dialog";
import { CreateKeyForm } from "./create-key-form.tsx";
import type { CreatedKey } from "./key-snippet.tsx";
import type { Scope } from "./queries.ts";

type CreateKeyDialogProps = {
  scope: Scope;
  hasCredit: boolean;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onCreated: (key: CreatedKey) => void;
  onLost: (name: string) => void;
};

/** The form lives in the dialog's content, so that it begins anew every time it is opened. */
export function CreateKeyDialog({ scope, hasCredit, isOpen, onOpenChange, ...outcomes }: CreateKeyDialogProps) {
  const t = useTranslations("keys.create");
  return (
    <Dialog open={isOpen} onOpenChange={onOpenChange}>
      <DialogContent title={t("title")} description={t("text")}>
        <CreateKeyForm scope={scope} hasCredit={hasCredit} {...outcomes} onCancel={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  );
}
