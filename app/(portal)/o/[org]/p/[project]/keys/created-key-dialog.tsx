"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { AlertDialog } from "#components/ui/alert-dialog";
import { Button } from "#components/ui/button";
import { CopyButton } from "#components/ui/copy-button";
import { Dialog, DialogBody, DialogContent, DialogFooter } from "#components/ui/dialog";
import { FirstRequestStatus } from "./first-request-status.tsx";
import { type CreatedKey, type Endpoint, KeySnippet } from "./key-snippet.tsx";
import type { Scope } from "./queries.ts";

type CreatedKeyDialogProps = { scope: Scope; created: CreatedKey; endpoint: Endpoint; onClose: () => void };

/** Shows the key the only time it can be shown, and does not let it be lost by a slip. */
export function CreatedKeyDialog({ scope, created, endpoint, onClose }: CreatedKeyDialogProps) {
  const t = useTranslations("keys.created");
  const [isCopied, setIsCopied] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  const onCopied = () => setIsCopied(true);
  const close = () => (isCopied ? onClose() : setIsAsking(true));
  useLeaveWarning(!isCopied);

  return (
    <>
      <Dialog open onOpenChange={close}>
        <DialogContent title={t("title")} description={t("text")} isWide>
          <DialogBody
            className="grid gap-5"
            onCopy={({ target }) => copiedText(target).includes(created.secret) && onCopied()}
          >
            <div className="grid gap-2">
              <textarea
                readOnly
                rows={2}
                value={created.secret}
                aria-label={t("keyLabel")}
                onFocus={(event) => event.target.select()}
                className="field-sizing-content block w-full resize-none break-all rounded-md border border-line-strong bg-code px-3 py-2.5 font-mono text-[0.8125rem] leading-5"
              />
              <CopyButton
                text={created.secret}
                label={t("copy")}
                variant="primary"
                size="lg"
                className="w-full"
                autoFocus
                onCopied={onCopied}
              />
            </div>
            <div className="grid min-w-0 gap-2">
              <h3 className="font-medium text-sm">{t("tryIt")}</h3>
              <KeySnippet endpoint={endpoint} secret={created.secret} onCopied={onCopied} />
            </div>
            <FirstRequestStatus scope={scope} keyId={created.id} name={created.name} />
          </DialogBody>
          <DialogFooter>
            <Button onClick={close}>{t("done")}</Button>
          </DialogFooter>
        </DialogContent>
      </Dialog>
      <AlertDialog
        isOpen={isAsking}
        onOpenChange={setIsAsking}
        title={t("leaveTitle")}
        description={t("leaveText")}
        cancel={t("leaveStay")}
        confirm={t("leaveGo")}
        onConfirm={onClose}
      />
    </>
  );
}

/** Gives what is selected where somebody copies by hand. */
const copiedText = (target: EventTarget): string =>
  target instanceof HTMLTextAreaElement
    ? target.value.slice(target.selectionStart, target.selectionEnd)
    : String(document.getSelection());

/** Lets the browser ask before the tab is closed, reloaded or sent elsewhere. */
function useLeaveWarning(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isOn]);
}
