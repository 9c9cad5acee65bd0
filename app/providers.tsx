"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { type ReactNode, useState } from "react";
import { HeldProvider } from "#components/layout/held";
import { LocaleProvider } from "#components/layout/locale-provider";
import { Toasts } from "#components/ui/toasts";

type ProvidersProps = {
  nonce: string | undefined;
  changeLocale: (locale: string) => Promise<void>;
  children: ReactNode;
};

export function Providers({ nonce, changeLocale, children }: ProvidersProps) {
  const [queries] = useState(createQueries);
  return (
    <ThemeProvider attribute="class" defaultTheme="system" enableColorScheme={false} nonce={nonce}>
      <QueryClientProvider client={queries}>
        <LocaleProvider changeLocale={changeLocale}>
          <HeldProvider>{children}</HeldProvider>
        </LocaleProvider>
        <Toasts />
      </QueryClientProvider>
    </ThemeProvider>
  );
}

const createQueries = () =>
  new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 5_000, refetchOnWindowFocus: true } } });
