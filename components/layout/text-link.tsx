import Link from "next/link";
import type { ComponentProps } from "react";
import { classNames } from "#components/ui/class-names";

export const TextLink = ({ className, ...props }: ComponentProps<typeof Link>) => (
  <Link
    className={classNames(
      "rounded-sm font-medium text-ink underline decoration-line-strong underline-offset-4 hover:decoration-ink",
      className,
    )}
    {...props}
  />
);
