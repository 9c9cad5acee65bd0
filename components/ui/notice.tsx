import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "./class-names.tsx";

const TONES = {
  neutral: { Icon: Info, classes: "border-line bg-sunken text-ink-soft" },
  good: { Icon: CircleCheck, classes: "border-good-line bg-good-soft text-good" },
  warn: { Icon: TriangleAlert, classes: "border-warn-line bg-warn-soft text-warn" },
  bad: { Icon: CircleAlert, classes: "border-bad-line bg-bad-soft text-bad" },
} as const;

type NoticeProps = { tone?: keyof typeof TONES; children: ReactNode; className?: string };

export function Notice({ tone = "neutral", children, className }: NoticeProps) {
  const { Icon, classes } = TONES[tone];
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className={classNames("flex items-start gap-2.5 rounded-md border px-3 py-2 text-sm", classes, className)}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}
