import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { hasOutbox } from "#lib/mounts/portal-config";
import { currentSession } from "#lib/mounts/session";
import { SignUpForm } from "./sign-up-form.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("metadata"))("signUp") };
}

export default async function SignUpPage() {
  if (await currentSession()) redirect("/o");
  return <SignUpForm hasOutbox={hasOutbox()} />;
}
