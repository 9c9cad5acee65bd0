import { ArrowRight, Gauge, Plug, ShieldCheck } from "lucide-react";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { CodeBlock } from "#components/layout/code-block";
import { TopBar } from "#components/layout/top-bar";
import { Tracks } from "#components/layout/tracks";
import { Button } from "#components/ui/button";
import { apiBaseUrl } from "#lib/mounts/portal-config";
import { currentSession } from "#lib/mounts/session";

const FACTS = [
  { id: "compatible", Icon: Plug },
  { id: "metered", Icon: Gauge },
  { id: "yours", Icon: ShieldCheck },
] as const;

export default async function HomePage() {
  const [t, session] = await Promise.all([getTranslations("home"), currentSession()]);
  return (
    <div className="relative isolate flex min-h-dvh flex-col overflow-hidden">
      <Tracks className="absolute inset-x-0 bottom-0 -z-10 h-56 w-full opacity-70" />
      <TopBar homeHref="/" homeLabel={t("brand")}>
        <span className="font-semibold tracking-tight">{t("brand")}</span>
      </TopBar>
      <main className="mx-auto w-full max-w-6xl flex-1 px-4 pt-14 pb-32 sm:px-6 sm:pt-24">
        <div className="grid items-center gap-12 lg:grid-cols-[1fr_28rem]">
          <div className="max-w-xl">
            <h1 className="text-balance break-keep font-semibold text-[2.25rem] leading-[1.12] tracking-[-0.03em] sm:text-[3rem]">
              {t("title")}
            </h1>
            <p className="mt-5 text-ink-soft text-lg leading-relaxed">{t("text")}</p>
            <div className="mt-8 flex flex-wrap gap-2.5">
              {session ? (
                <Button variant="primary" size="lg" asChild>
                  <Link href="/o">
                    {t("open")}
                    <ArrowRight aria-hidden />
                  </Link>
                </Button>
              ) : (
                <>
                  <Button variant="primary" size="lg" asChild>
                    <Link href="/sign-up">{t("signUp")}</Link>
                  </Button>
                  <Button size="lg" asChild>
                    <Link href="/sign-in">{t("signIn")}</Link>
                  </Button>
                </>
              )}
            </div>
          </div>
          <CodeBlock title={t("snippetTitle")} code={snippetOf(apiBaseUrl())} />
        </div>
        <dl className="mt-20 grid gap-x-10 gap-y-8 border-t pt-10 sm:grid-cols-3">
          {FACTS.map(({ id, Icon }) => (
            <div key={id}>
              <dt className="flex items-center gap-2 font-semibold">
                <Icon aria-hidden className="size-4 text-ink-faint" />
                {t(`facts.${id}Title`)}
              </dt>
              <dd className="mt-1.5 text-ink-soft">{t(`facts.${id}Text`)}</dd>
            </div>
          ))}
        </dl>
      </main>
    </div>
  );
}

const snippetOf = (baseUrl: string) => `curl ${baseUrl}/chat/completions \\
  -H "Authorization: Bearer $SWITCHYARD_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": "sandbox-chat",
    "stream": true,
    "messages": [
      { "role": "user", "content": "Hello" }
    ]
  }'`;
