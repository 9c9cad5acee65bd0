"use client";

import { useEffect, useState } from "react";
import { useFormat, useIsInBrowser } from "./use-format.tsx";

const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;
const REFRESH_MS = 30_000;

type TimeProps = { at: string; className?: string };

/** A moment as how long ago or ahead it is; the exact time, in the reader's zone, shows on hover. */
export function RelativeTime({ at, className }: TimeProps) {
  const { locale } = useFormat();
  const isInBrowser = useIsInBrowser();
  const now = useNow();
  if (!isInBrowser) {
    return (
      <time dateTime={at} className={className}>
        {at.slice(0, 10)}
      </time>
    );
  }
  return (
    <time dateTime={at} title={exactText(at, locale)} className={className}>
      {relativeText(new Date(at).getTime() - now, locale)}
    </time>
  );
}

function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function relativeText(differenceMs: number, locale: string): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  const seconds = differenceMs / 1_000;
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, "second");
}

const exactText = (at: string, locale: string) =>
  new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "long" }).format(new Date(at));
