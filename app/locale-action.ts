"use server";

import { revalidatePath } from "next/cache";
import { SetLocaleInput } from "#lib/features/account/schema";
import { setLocale } from "#lib/features/account/set-locale";
import { keepLocale } from "#lib/mounts/locale";
import { currentSession, openUserContext } from "#lib/mounts/session";

/** Remembers the language in this browser, and for the account when somebody is signed in. */
export async function changeLocaleAction(chosen: string): Promise<void> {
  const parsed = SetLocaleInput.safeParse({ locale: chosen });
  if (!parsed.success) return;
  await keepLocale(parsed.data.locale);
  if (await currentSession()) await setLocale(await openUserContext(), parsed.data);
  revalidatePath("/", "layout");
}
