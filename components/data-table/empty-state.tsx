import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "#components/ui/class-names";

type EmptyStateProps = {
  icon: LucideIcon;
  title: string;
  text: string;
  tone?: "neutral" | "bad";
  /** The page's own heading where there is nothing else on it. */
  heading?: "h1" | "h3";
  children?: ReactNode;
};

/** Says why a place is empty (nothing yet, nothing matches, failed) and what to do about it. */
export function EmptyState({
  icon: Icon,
  title,
  text,
  tone = "neutral",
  heading: Heading = "h3",
  children,
}: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center px-6 py-12 text-center">
      <span
        className={classNames(
          "grid size-10 place-items-center rounded-lg border",
          tone === "bad" ? "border-bad-line bg-bad-soft text-bad" : "bg-sunken text-ink-faint",
        )}
      >
        <Icon aria-hidden className="size-5" />
      </span>
      <Heading className="mt-4 font-semibold text-base">{title}</Heading>
      <p className="mt-1 max-w-sm text-balance text-ink-soft text-sm">{text}</p>
      {children !== undefined && <div className="mt-5 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}
