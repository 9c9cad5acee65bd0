import Link from "next/link";
import type { ReactNode } from "react";
import { BrandMark } from "./brand.tsx";
import { LanguageSwitch } from "./language-switch.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

type TopBarProps = { homeHref: string; homeLabel: string; children?: ReactNode; end?: ReactNode };

/** The bar every page begins with: where one is, and how it looks and speaks. */
export const TopBar = ({ homeHref, homeLabel, children, end }: TopBarProps) => (
  <header className="sticky top-0 z-30 border-b bg-canvas/85 backdrop-blur-md">
    <div className="mx-auto flex h-14 max-w-6xl items-center gap-2 px-4 sm:px-6">
      <Link
        href={homeHref}
        aria-label={homeLabel}
        className="-ml-1 grid size-9 shrink-0 place-items-center rounded-md pointer-coarse:size-11"
      >
        <BrandMark />
      </Link>
      <div className="flex min-w-0 flex-1 items-center gap-1">{children}</div>
      <div className="flex items-center">
        <LanguageSwitch />
        <ThemeSwitch />
        {end}
      </div>
    </div>
  </header>
);
