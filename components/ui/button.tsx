import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { classNames } from "./class-names.tsx";
import { Spinner } from "./spinner.tsx";

const VARIANTS = {
  primary: "bg-primary text-on-primary shadow-card hover:bg-primary-hover",
  secondary: "border bg-surface text-ink shadow-card hover:border-line-strong hover:bg-hover",
  ghost: "text-ink-soft hover:bg-hover hover:text-ink",
  danger: "bg-bad-solid text-on-danger shadow-card hover:bg-bad-solid-hover",
} as const;

const SIZES = {
  sm: "h-8 gap-1.5 px-2.5 text-sm",
  md: "h-9 gap-2 px-3.5 text-base",
  lg: "h-10 gap-2 px-4 text-base",
  icon: "size-9 justify-center",
} as const;

type ButtonProps = ComponentProps<"button"> & {
  variant?: keyof typeof VARIANTS;
  size?: keyof typeof SIZES;
  /** Draws the child, a link, as a button. */
  asChild?: boolean;
  isBusy?: boolean;
};

function buttonClasses(variant: keyof typeof VARIANTS, size: keyof typeof SIZES, more?: string) {
  return classNames(
    "relative inline-flex shrink-0 select-none items-center justify-center rounded-md font-medium whitespace-nowrap transition-colors",
    "disabled:pointer-events-none disabled:opacity-50 aria-busy:pointer-events-none [&_svg]:size-4 [&_svg]:shrink-0",
    "pointer-coarse:min-h-11 pointer-coarse:min-w-11",
    VARIANTS[variant],
    SIZES[size],
    more,
  );
}

export function Button({
  variant = "secondary",
  size = "md",
  asChild = false,
  isBusy = false,
  className,
  children,
  disabled,
  ...props
}: ButtonProps) {
  const classes = buttonClasses(variant, size, className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...props}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button type="button" className={classes} disabled={disabled || isBusy} aria-busy={isBusy} {...props}>
      {isBusy && <Spinner className="absolute" />}
      <span className={classNames("contents", isBusy && "[&>*]:invisible text-transparent")}>{children}</span>
    </button>
  );
}
