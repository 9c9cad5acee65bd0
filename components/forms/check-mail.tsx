"use client";

import { MailCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "#components/ui/button";
import { Notice } from "#components/ui/notice";

const AGAIN_AFTER_S = 30;

type CheckMailProps = {
  email: string;
  /** The server writes mails to a folder instead of sending them. */
  hasOutbox: boolean;
  onAgain: () => Promise<string | undefined>;
  onBack: () => void;
};

/** What follows after a mail was asked for; it says the same whether or not the address is known. */
export function CheckMail({ email, hasOutbox, onAgain, onBack }: CheckMailProps) {
  const t = useTranslations("auth.checkMail");
  const [leftS, setLeftS] = useState(AGAIN_AFTER_S);
  const [isBusy, setIsBusy] = useState(false);
  const [outcome, setOutcome] = useState<{ error: string | undefined }>();

  useEffect(() => {
    const timer = setInterval(() => setLeftS((left) => Math.max(0, left - 1)), 1_000);
    return () => clearInterval(timer);
  }, []);

  async function again() {
    setIsBusy(true);
    setOutcome({ error: await onAgain() });
    setIsBusy(false);
    setLeftS(AGAIN_AFTER_S);
  }

  return (
    <div className="w-full max-w-[23.5rem]">
      <span className="grid size-11 place-items-center rounded-lg border bg-surface text-good shadow-card">
        <MailCheck aria-hidden className="size-5" />
      </span>
      <h1 className="mt-5 font-semibold text-2xl tracking-tight">{t("title")}</h1>
      <p className="mt-1.5 text-ink-soft" role="status">
        {t.rich("text", {
          email,
          strong: (text) => <strong className="break-all font-medium text-ink">{text}</strong>,
        })}
      </p>
      {hasOutbox && <Notice className="mt-5">{t("outbox")}</Notice>}
      {outcome !== undefined && (
        <Notice className="mt-5" tone={outcome.error === undefined ? "good" : "bad"}>
          {outcome.error ?? t("sentAgain")}
        </Notice>
      )}
      <div className="mt-7 flex flex-wrap gap-2">
        <Button onClick={() => void again()} disabled={leftS > 0} isBusy={isBusy}>
          <span className="tabular-nums">{leftS > 0 ? t("againIn", { seconds: leftS }) : t("again")}</span>
        </Button>
        <Button variant="ghost" onClick={onBack}>
          {t("back")}
        </Button>
      </div>
    </div>
  );
}
