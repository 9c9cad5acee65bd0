import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { callbackPathOf } from "#lib/mounts/callback-url";
import { hasOutbox } from "#lib/mounts/portal-config";
import { currentSession } from "#lib/mounts/session";
import { SignInForm } from "./sign-in-form.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("metadata"))("signIn") };
}

type SignInPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const NOTICES = ["changed", "signedOut"] as const;

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const query = await searchParams;
  const callbackPath = callbackPathOf(query.callbackUrl);
  if (await currentSession()) redirect(callbackPath);
  return (
    <SignInForm
      callbackPath={callbackPath}
      hasOutbox={hasOutbox()}
      notice={NOTICES.find((notice) => notice === query.notice)}
    />
  );
}
