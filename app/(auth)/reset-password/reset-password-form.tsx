"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Field } from "#components/forms/field";
import { PasswordInput } from "#components/forms/password-input";
import { unreachable, useFailureText } from "#components/forms/use-failure-text";
import { useLinkToken } from "#components/forms/use-link-token";
import { useZodForm } from "#components/forms/use-zod-form";
import { AuthCard } from "#components/layout/auth-card";
import { DeadLink } from "#components/layout/dead-link";
import { Button } from "#components/ui/button";
import { Notice } from "#components/ui/notice";
import { NewPassword, PASSWORD_CHARS_MIN } from "#lib/features/account/schema";
import { resetPasswordAction } from "./actions.ts";

/** `isFirst`: the link has just confirmed the address, in another browser than the one that signed up. */
export function ResetPasswordForm({ isFirst }: { isFirst: boolean }) {
  const t = useTranslations("auth");
  const failureText = useFailureText();
  const token = useLinkToken();
  const form = useZodForm(NewPassword, { password: "" });
  const [error, setError] = useState<string>();
  const [isDead, setIsDead] = useState(false);
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ password }) => {
    const result = await resetPasswordAction({ token: token ?? "", password }).catch(unreachable);
    if (!result.ok) return setError(failureText(result));
    if (result.value.kind === "invalid-link") return setIsDead(true);
    return window.location.assign("/sign-in?notice=changed");
  });

  if (token === "" || isDead) return <DeadLink href="/forgot-password" />;
  return (
    <AuthCard title={t("reset.title")} text={t(isFirst ? "reset.firstText" : "reset.text")}>
      <form method="post" className="grid gap-4" onSubmit={(event) => void submit(event)} noValidate>
        {error !== undefined && <Notice tone="bad">{error}</Notice>}
        <Field
          label={t("newPassword")}
          hint={t("passwordHint", { minimum: PASSWORD_CHARS_MIN })}
          error={errors.password?.message}
        >
          {(control) => <PasswordInput autoComplete="new-password" {...control} {...form.register("password")} />}
        </Field>
        <Button type="submit" variant="primary" size="lg" className="mt-1 w-full" isBusy={isSubmitting}>
          {t("reset.submit")}
        </Button>
      </form>
    </AuthCard>
  );
}
