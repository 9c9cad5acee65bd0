"use client";

import { LogOut, MonitorX } from "lucide-react";
import { signOut } from "next-auth/react";
import { useTranslations } from "next-intl";
import { toast } from "sonner";
import { type Failure, unreachable, useFailureText } from "#components/forms/use-failure-text";
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from "#components/ui/menu";

type SignOutElsewhere = (
  input: undefined,
) => Promise<{ ok: true; value: { ended: number } } | ({ ok: false } & Failure)>;

type AccountMenuProps = { name: string; email: string; signOutElsewhere: SignOutElsewhere };

export function AccountMenu({ name, email, signOutElsewhere }: AccountMenuProps) {
  const t = useTranslations("layout");
  const failureText = useFailureText();

  async function endOthers() {
    const result = await signOutElsewhere(undefined).catch(unreachable);
    if (result.ok) toast.success(t("signedOutElsewhere", { count: result.value.ended }));
    else toast.error(failureText(result));
  }

  const endThis = () =>
    signOut({ callbackUrl: "/sign-in?notice=signedOut" }).catch(() => toast.error(failureText(unreachable())));

  return (
    <Menu>
      <MenuTrigger
        aria-label={t("account", { name })}
        className="ml-1.5 grid size-9 place-items-center rounded-full pointer-coarse:size-11"
      >
        <span
          aria-hidden
          className="grid size-7 place-items-center rounded-full bg-accent-soft font-semibold text-accent text-xs uppercase"
        >
          {Array.from(name)[0] ?? Array.from(email)[0]}
        </span>
      </MenuTrigger>
      <MenuContent className="w-60">
        <MenuLabel>
          <span className="block truncate font-medium text-ink text-sm">{name}</span>
          <span className="block truncate">{email}</span>
        </MenuLabel>
        <MenuSeparator />
        <MenuItem onSelect={() => void endOthers()}>
          <MonitorX aria-hidden />
          {t("signOutElsewhere")}
        </MenuItem>
        <MenuItem onSelect={() => void endThis()}>
          <LogOut aria-hidden />
          {t("signOut")}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
