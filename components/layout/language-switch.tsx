"use client";

import { Languages } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useTransition } from "react";
import { toast } from "sonner";
import { unreachable, useFailureText } from "#components/forms/use-failure-text";
import { Button } from "#components/ui/button";
import { Menu, MenuContent, MenuRadioGroup, MenuRadioItem, MenuTrigger } from "#components/ui/menu";
import { useChangeLocale } from "./locale-provider.tsx";

/** Every language is named in itself, so that nobody has to read another one to find it. */
const LANGUAGES = { en: "English", zh: "简体中文" };

export function LanguageSwitch() {
  const t = useTranslations("layout");
  const locale = useLocale();
  const changeLocale = useChangeLocale();
  const failureText = useFailureText();
  const [isPending, startTransition] = useTransition();
  const change = (chosen: string) =>
    startTransition(() => changeLocale(chosen).catch(() => void toast.error(failureText(unreachable()))));
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label={t("language")} disabled={isPending}>
          <Languages aria-hidden />
        </Button>
      </MenuTrigger>
      <MenuContent className="min-w-36">
        <MenuRadioGroup value={locale} onValueChange={change}>
          {Object.entries(LANGUAGES).map(([id, name]) => (
            <MenuRadioItem key={id} value={id} lang={id}>
              {name}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}
