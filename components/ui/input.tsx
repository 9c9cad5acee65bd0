import { ChevronsUpDown } from "lucide-react";
import type { ComponentProps } from "react";
import { classNames } from "./class-names.tsx";

const inputClasses = classNames(
  "h-9 w-full min-w-0 rounded-md border border-line bg-surface px-3 text-base text-ink shadow-card transition-colors",
  "placeholder:text-ink-faint hover:border-line-strong focus-visible:border-ring focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-ring/35",
  "disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-bad-solid aria-invalid:outline-bad-solid/35",
  "pointer-coarse:h-11",
);

export const Input = ({ className, ...props }: ComponentProps<"input">) => (
  <input className={classNames(inputClasses, className)} {...props} />
);

export const Select = ({ className, ...props }: ComponentProps<"select">) => (
  <span className="relative block">
    <select className={classNames(inputClasses, "appearance-none pr-9", className)} {...props} />
    <ChevronsUpDown
      aria-hidden
      className="pointer-events-none absolute inset-y-0 right-3 my-auto size-3.5 text-ink-faint"
    />
  </span>
);
