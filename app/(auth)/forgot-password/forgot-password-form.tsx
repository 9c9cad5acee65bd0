"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { CheckMail } from "#components/forms/check-mail";
import { Field } from "#components/forms/field";
import { unreachable, useFailureText } from "#components/forms/use-failure-text";
import { useZodForm } from "#components/forms/use-zod-form";
import { AuthCard } from "#components/layout/auth-card";
import { TextLink } from "#components/layout/text-link";
import { Button } from "#components/ui/button";
import { Input } from "#components/ui/input";
import { Notice } from "#components/ui/notice";
import { MailLinkInput } from "#lib/features/account/schema";
import { sendResetLinkAction } from "./actions.ts";

export function ForgotPasswordForm({ hasOutbox }: { hasOutbox: boolean }) {
  const t = useTranslations("auth");
  const failureText = useFailureText();
  const form = useZodForm(MailLinkInput, { email: "" });
  const [error, setError] = useState<string>();
  const [mailedTo, setMailedTo] = useState<string>();
  const { errors, isSubmitting } = form.formState;

  async function send(email: string): Promise<string | undefined> {
    const result = await sendResetLinkAction({ email }).catch(unreachable);
    return result.ok ? undefined : failureText(result);
  }

  const submit = form.handleSubmit(async ({ email }) => {
    const failed = await send(email);
    setError(failed);
    if (failed === undefined) setMailedTo(email);
  });

  if (mailedTo !== undefined) {
    return (
      <CheckMail
        email={mailedTo}
        hasOutbox={hasOutbox}
        onAgain={() => send(mailedTo)}
        onBack={() => setMailedTo(undefined)}
      />
    );
  }
  return (
    <AuthCard
      title={t("forgot.title")}
      text={t("forgot.text")}
      footer={t.rich("forgot.back", { link: (text) => <TextLink href="/sign-in">{text}</TextLink> })}
    >
      <form method="post" className="grid gap-4" onSubmit={(event) => void submit(event)} noValidate>
        {error !== undefined && <Notice tone="bad">{error}</Notice>}
        <Field label={t("email")} error={errors.email?.message}>
          {(control) => <Input type="email" autoComplete="username" {...control} {...form.register("email")} />}
        </Field>
        <Button type="submit" variant="primary" size="lg" className="mt-1 w-full" isBusy={isSubmitting}>
          {t("forgot.submit")}
        </Button>
      </form>
    </AuthCard>
  );
}
