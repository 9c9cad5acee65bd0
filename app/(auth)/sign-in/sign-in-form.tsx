"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { attemptSignIn } from "#components/forms/attempt-sign-in";
import { CheckMail } from "#components/forms/check-mail";
import { Field } from "#components/forms/field";
import { PasswordInput } from "#components/forms/password-input";
import { unreachable, useFailureText } from "#components/forms/use-failure-text";
import { useZodForm } from "#components/forms/use-zod-form";
import { AuthCard } from "#components/layout/auth-card";
import { TextLink } from "#components/layout/text-link";
import { Button } from "#components/ui/button";
import { Input } from "#components/ui/input";
import { Notice } from "#components/ui/notice";
import { SignInInput } from "#lib/features/account/schema";
import { sendSignInLinkAction } from "./actions.ts";

type SignInFormProps = {
  callbackPath: string;
  hasOutbox: boolean;
  notice: "changed" | "signedOut" | undefined;
};

export function SignInForm({ callbackPath, hasOutbox, notice }: SignInFormProps) {
  const t = useTranslations("auth");
  const failureText = useFailureText();
  const form = useZodForm(SignInInput, { email: "", password: "" });
  const [error, setError] = useState<string>();
  const [mailedTo, setMailedTo] = useState<string>();
  const [isMailing, setIsMailing] = useState(false);
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (values) => {
    setError(undefined);
    const refusal = await attemptSignIn("password", values);
    if (refusal === undefined) return goTo(callbackPath);
    setError(refusal.code === "invalid-credentials" ? t("signIn.invalid-credentials") : failureText(refusal));
    return undefined;
  });

  async function sendLink(): Promise<string | undefined> {
    const result = await sendSignInLinkAction({ email: form.getValues("email") }).catch(unreachable);
    return result.ok ? undefined : failureText(result);
  }

  async function askForLink() {
    if (!(await form.trigger("email", { shouldFocus: true }))) return;
    setIsMailing(true);
    const failed = await sendLink();
    setIsMailing(false);
    setError(failed);
    if (failed === undefined) setMailedTo(form.getValues("email"));
  }

  if (mailedTo !== undefined) {
    return (
      <CheckMail email={mailedTo} hasOutbox={hasOutbox} onAgain={sendLink} onBack={() => setMailedTo(undefined)} />
    );
  }
  return (
    <AuthCard
      title={t("signIn.title")}
      text={t("signIn.text")}
      footer={t.rich("signIn.noAccount", { link: (text) => <TextLink href="/sign-up">{text}</TextLink> })}
    >
      <form method="post" className="grid gap-4" onSubmit={(event) => void submit(event)} noValidate>
        {notice !== undefined && error === undefined && (
          <Notice tone={notice === "signedOut" ? "neutral" : "good"}>{t(`signIn.${notice}`)}</Notice>
        )}
        {error !== undefined && <Notice tone="bad">{error}</Notice>}
        <Field label={t("email")} error={errors.email?.message}>
          {(control) => <Input type="email" autoComplete="username" {...control} {...form.register("email")} />}
        </Field>
        <Field
          label={t("password")}
          error={errors.password?.message}
          aside={
            <TextLink href="/forgot-password" className="font-normal text-ink-soft text-xs">
              {t("signIn.forgot")}
            </TextLink>
          }
        >
          {(control) => <PasswordInput autoComplete="current-password" {...control} {...form.register("password")} />}
        </Field>
        <Button type="submit" variant="primary" size="lg" className="mt-1 w-full" isBusy={isSubmitting}>
          {t("signIn.submit")}
        </Button>
      </form>
      <div className="my-5 flex items-center gap-3 text-ink-faint text-xs before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        {t("signIn.or")}
      </div>
      <Button size="lg" className="w-full" isBusy={isMailing} onClick={() => void askForLink()}>
        {t("signIn.mailLink")}
      </Button>
    </AuthCard>
  );
}

/** A whole new page: nothing a signed-out visitor has loaded is kept. */
const goTo = (path: string) => window.location.assign(path);
