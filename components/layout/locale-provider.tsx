"use client";

import { createContext, type ReactNode, use } from "react";

type ChangeLocale = (locale: string) => Promise<void>;

const LocaleContext = createContext<ChangeLocale>(async () => undefined);

type LocaleProviderProps = { changeLocale: ChangeLocale; children: ReactNode };

/** Hands down how a language is chosen; only a page may know that it takes a server action. */
export const LocaleProvider = ({ changeLocale, children }: LocaleProviderProps) => (
  <LocaleContext value={changeLocale}>{children}</LocaleContext>
);

export const useChangeLocale = () => use(LocaleContext);
