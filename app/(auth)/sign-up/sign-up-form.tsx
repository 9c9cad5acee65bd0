"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
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
import { PASSWORD_CHARS_MIN, SignUpInput } from "#lib/features/account/schema";
import { sendAgainAction, signUpAction } from "./actions.ts";

export function SignUpForm({ hasOutbox }: { hasOutbox: boolean }) {
  const t = useTranslations("auth");
  const failureText = useFailureText();
  const form = useZodForm(SignUpInput, { name: "", email: "", password: "" });
  const [error, setError] = useState<string>();
  const [mailedTo, setMailedTo] = useState<string>();
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (values) => {
    const result = await signUpAction(values).catch(unreachable);
    setError(result.ok ? undefined : failureText(result));
    if (result.ok) setMailedTo(values.email);
  });

  async function sendAgain(email: string): Promise<string | undefined> {
    const result = await sendAgainAction({ email }).catch(unreachable);
    return result.ok ? undefined : failureText(result);
  }

  if (mailedTo !== undefined) {
    return (
      <CheckMail
        email={mailedTo}
        hasOutbox={hasOutbox}
        onAgain={() => sendAgain(mailedTo)}
        onBack={() => setMailedTo(undefined)}
      />
    );
  }
  return (
    <AuthCard
      title={t("signUp.title")}
      text={t("signUp.text")}
      footer={t.rich("signUp.hasAccount", { link: (text) => <TextLink href="/sign-in">{text}</TextLink> })}
    >
      <form method="post" className="grid gap-4" onSubmit={(event) => void submit(event)} noValidate>
        {error !== undefined && <Notice tone="bad">{error}</Notice>}
        <Field label={t("name")} error={errors.name?.message}>
          {(control) => <Input autoComplete="name" {...control} {...form.register("name")} />}
        </Field>
        <Field label={t("email")} error={errors.email?.message}>
          {(control) => <Input type="email" autoComplete="username" {...control} {...form.register("email")} />}
        </Field>
        <Field
          label={t("password")}
          hint={t("passwordHint", { minimum: PASSWORD_CHARS_MIN })}
          error={errors.password?.message}
        >
          {(control) => <PasswordInput autoComplete="new-password" {...control} {...form.register("password")} />}
        </Field>
        <Button type="submit" variant="primary" size="lg" className="mt-1 w-full" isBusy={isSubmitting}>
          {t("signUp.submit")}
        </Button>
      </form>
    </AuthCard>
  );
}
