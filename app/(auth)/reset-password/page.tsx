import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ResetPasswordForm } from "./reset-password-form.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("metadata"))("resetPassword") };
}

export default function ResetPasswordPage() {
  return <ResetPasswordForm />;
}
