import { getRequestConfig } from "next-intl/server";
import { readLocale } from "#lib/mounts/locale";
import en from "./messages/en.json";
import zh from "./messages/zh.json";

const MESSAGES = { en, zh };

/** Pages speak the reader's language without naming it in the address. Times are UTC until the browser knows better. */
export default getRequestConfig(async () => {
  const locale = await readLocale();
  return { locale, messages: MESSAGES[locale], timeZone: "UTC" };
});
