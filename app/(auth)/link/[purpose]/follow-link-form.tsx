"use client";

import { signIn } from "next-auth/react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useFailureText } from "#components/forms/use-failure-text";
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
  const [code, setCode] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);

  async function follow() {
    setIsBusy(true);
    const refusal = await attempt(token ?? "");
    if (refusal === undefined) return window.location.assign("/o");
    if (refusal === "confirmed") return window.location.assign(`/reset-password?notice=confirmed#${token}`);
    setIsBusy(false);
    setCode(refusal);
    return undefined;
  }

  if (token === "" || code === "invalid-link") return <DeadLink href="/sign-in" />;
  return (
    <AuthCard title={t(`${purpose}.title`)} text={t(`${purpose}.text`)}>
      {code !== undefined && (
        <Notice tone="bad" className="mb-4">
          {failureText({ code })}
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

/** Gives nothing when signed in, else the code of the refusal. */
async function attempt(token: string): Promise<string | undefined> {
  try {
    const outcome = await signIn("mail-link", { token, redirect: false });
    return outcome?.ok ? undefined : (outcome?.error ?? "internal");
  } catch {
    return "offline";
  }
}
