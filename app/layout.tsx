import "@fontsource-variable/inter/index.css";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { readNonce } from "#lib/mounts/nonce";
import { changeLocaleAction } from "./locale-action.ts";
import { Providers } from "./providers.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("metadata");
  return {
    title: { default: t("title"), template: `%s · ${t("title")}` },
    description: t("description"),
    robots: { index: false },
  };
}

export const viewport: Viewport = { width: "device-width", initialScale: 1, viewportFit: "cover" };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [locale, nonce] = await Promise.all([getLocale(), readNonce()]);
  return (
    <html lang={locale === "zh" ? "zh-CN" : "en"} suppressHydrationWarning>
      <body>
        <BrowserSettings nonce={nonce} />
        <NextIntlClientProvider>
          <Providers nonce={nonce} changeLocale={changeLocaleAction}>
            {children}
          </Providers>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}

/**
 * What two libraries look for in global variables before any of our code runs: the nonce of the style sheet that locks
 * scrolling behind a dialog, and that schemas must not try to compile themselves, which the policy would report.
 */
const BrowserSettings = ({ nonce = "" }: { nonce: string | undefined }) => (
  <script
    nonce={nonce}
    suppressHydrationWarning
    // biome-ignore lint/security/noDangerouslySetInnerHtml: our own base64 nonce, and a script has no other children
    dangerouslySetInnerHTML={{
      __html: `globalThis.__webpack_nonce__=${JSON.stringify(nonce)};globalThis.__zod_globalConfig={jitless:true}`,
    }}
  />
);
