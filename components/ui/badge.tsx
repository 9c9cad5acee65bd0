import type { ReactNode } from "react";
import { classNames } from "./class-names.tsx";

const TONES = {
  neutral: "border-line bg-sunken text-ink-soft",
  good: "border-good-line bg-good-soft text-good",
  warn: "border-warn-line bg-warn-soft text-warn",
  bad: "border-bad-line bg-bad-soft text-bad",
} as const;

type BadgeProps = { tone?: keyof typeof TONES; children: ReactNode; className?: string };

export const Badge = ({ tone = "neutral", children, className }: BadgeProps) => (
  <span
    className={classNames(
      "inline-flex h-5 items-center gap-1.5 rounded-full border px-2 font-medium text-xs whitespace-nowrap",
      TONES[tone],
      className,
    )}
  >
    {children}
  </span>
);
