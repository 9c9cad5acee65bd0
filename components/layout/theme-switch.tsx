"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTranslations } from "next-intl";
import { useTheme } from "next-themes";
import { useIsInBrowser } from "#components/format/use-format";
import { Button } from "#components/ui/button";
import { Menu, MenuContent, MenuRadioGroup, MenuRadioItem, MenuTrigger } from "#components/ui/menu";

const THEMES = [
  { id: "light", Icon: Sun },
  { id: "dark", Icon: Moon },
  { id: "system", Icon: Monitor },
] as const;

export function ThemeSwitch() {
  const t = useTranslations("layout");
  const { theme, setTheme } = useTheme();
  const isInBrowser = useIsInBrowser();
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label={t("theme")}>
          <Sun aria-hidden className="dark:hidden" />
          <Moon aria-hidden className="hidden dark:block" />
        </Button>
      </MenuTrigger>
      <MenuContent className="min-w-36">
        <MenuRadioGroup value={isInBrowser ? (theme ?? "system") : "system"} onValueChange={setTheme}>
          {THEMES.map(({ id, Icon }) => (
            <MenuRadioItem key={id} value={id}>
              <Icon aria-hidden />
              {t(`themes.${id}`)}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}
