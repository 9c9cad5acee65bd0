"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { attemptSignIn } from "#components/forms/attempt-sign-in";
import { type Failure, useFailureText } from "#components/forms/use-failure-text";
import { useLinkToken } from "#components/forms/use-link-token";
import { AuthCard } from "#components/layout/auth-card";
import { DeadLink } from "#components/layout/dead-link";
import { Button } from "#components/ui/button";
import { Notice } from "#components/ui/notice";

/** A button, so that a mail scanner that opens every link does not use this one up. */
export function FollowLinkForm({ purpose }: { purpose: "verify" | "sign-in" }) {
  const t = useTranslations("auth.link");
  const failureText = useFailureText();
  const token = useLinkToken();
  const [refused, setRefused] = useState<Failure>();
  const [isBusy, setIsBusy] = useState(false);

  async function follow() {
    setIsBusy(true);
    const refusal = await attemptSignIn("mail-link", { token: token ?? "" });
    if (refusal === undefined) return window.location.assign("/o");
    if (refusal.code === "confirmed") return window.location.assign(`/reset-password?notice=confirmed#${token}`);
    setIsBusy(false);
    setRefused(refusal);
    return undefined;
  }

  if (token === "" || refused?.code === "invalid-link") return <DeadLink href="/sign-in" />;
  return (
    <AuthCard title={t(`${purpose}.title`)} text={t(`${purpose}.text`)}>
      {refused !== undefined && (
        <Notice tone="bad" className="mb-4">
          {failureText(refused)}
        </Notice>
      )}
      <Button
        variant="primary"
        size="lg"
        className="w-full"
        isBusy={isBusy}
        disabled={token === undefined}
        onClick={() => void follow()}
      >
        {t(`${purpose}.submit`)}
      </Button>
    </AuthCard>
  );
}
