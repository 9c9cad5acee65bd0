import type { z } from "zod";
import type { PlatformContext } from "#lib/features/context";
import { SetLocaleInput } from "./schema.ts";

/** Remembers the language of the signed-in user, so that mails and other browsers speak it too. */
export async function setLocale(ctx: PlatformContext, raw: z.input<typeof SetLocaleInput>): Promise<void> {
  const { locale } = SetLocaleInput.parse(raw);
  await ctx.db.user.update({ where: { id: ctx.actor.id }, data: { locale } });
}
