import { cookies, headers } from "next/headers";
import { LOCALES, type Locale } from "#lib/features/account/schema";
import { isHttps } from "./portal-config.ts";
import { currentSession } from "./session.ts";

const COOKIE = "switchyard.locale";
const YEAR_S = 31_536_000;

/** Gives the language of this request: the choice made in this browser, else the account's, else what the browser asks for. */
export async function readLocale(): Promise<Locale> {
  const chosen = (await cookies()).get(COOKIE)?.value;
  const known = LOCALES.find((locale) => locale === chosen) ?? (await currentSession())?.locale;
  return known ?? preferredOf((await headers()).get("accept-language") ?? "");
}

export async function keepLocale(locale: Locale): Promise<void> {
  (await cookies()).set(COOKIE, locale, { sameSite: "lax", secure: isHttps(), path: "/", maxAge: YEAR_S });
}

/** Reads `zh-CN,zh;q=0.9,en;q=0.8`: the first language by weight that we speak. */
function preferredOf(header: string): Locale {
  const wanted = header
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().toLowerCase().split(";");
      const weight = parameters.find((parameter) => parameter.trim().startsWith("q="))?.split("=")[1] ?? "1";
      return { language: tag.split("-")[0], weight: Number(weight) || 0 };
    })
    .sort((left, right) => right.weight - left.weight);
  for (const { language } of wanted) {
    const spoken = LOCALES.find((locale) => locale === language);
    if (spoken) return spoken;
  }
  return "en";
}
