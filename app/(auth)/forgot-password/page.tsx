import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { hasOutbox } from "#lib/mounts/portal-config";
import { ForgotPasswordForm } from "./forgot-password-form.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("metadata"))("forgotPassword") };
}

export default function ForgotPasswordPage() {
  return <ForgotPasswordForm hasOutbox={hasOutbox()} />;
}
