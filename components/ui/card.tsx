import type { ComponentProps } from "react";
import { classNames } from "./class-names.tsx";

export const Card = ({ className, ...props }: ComponentProps<"section">) => (
  <section className={classNames("rounded-xl border bg-surface shadow-card", className)} {...props} />
);
