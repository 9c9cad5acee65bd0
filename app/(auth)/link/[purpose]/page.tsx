import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { FollowLinkForm } from "./follow-link-form.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("metadata"))("link") };
}

const PURPOSES = ["verify", "sign-in"] as const;

export default async function LinkPage({ params }: { params: Promise<{ purpose: string }> }) {
  const asked = (await params).purpose;
  const purpose = PURPOSES.find((known) => known === asked);
  if (!purpose) notFound();
  return <FollowLinkForm purpose={purpose} />;
}
