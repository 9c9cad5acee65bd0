"use client";

import { useLocale } from "next-intl";
import { useMemo, useSyncExternalStore } from "react";
import { moneyText } from "./money.ts";

const noSubscription = () => () => undefined;

/** False on the server and in the first render, so that what depends on the reader's clock appears only afterwards. */
export const useIsInBrowser = () =>
  useSyncExternalStore(
    noSubscription,
    () => true,
    () => false,
  );

/** Figures in the reader's language: grouped counts, money, durations. */
export function useFormat() {
  const locale = useLocale();
  return useMemo(() => {
    const whole = new Intl.NumberFormat(locale);
    const short = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
    const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
    return {
      locale,
      count: (value: string | number | bigint) => whole.format(typeof value === "string" ? BigInt(value) : value),
      shortCount: (value: number) => short.format(value),
      share: (value: number) => percent.format(value),
      money: (nano: string) => moneyText(nano, locale),
      duration: (ms: number) => durationText(ms, locale),
    };
  }, [locale]);
}

function durationText(ms: number, locale: string): string {
  const [value, unit, places] = ms < 1_000 ? [ms, "millisecond", 0] : ([ms / 1_000, "second", 2] as const);
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: String(unit),
    unitDisplay: "short",
    maximumFractionDigits: Number(places),
  }).format(Number(value));
}
