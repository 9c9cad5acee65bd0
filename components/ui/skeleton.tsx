import { classNames } from "./class-names.tsx";

/** Holds the place of what is on its way; it shows only when the wait is long enough to be noticed. */
export const Skeleton = ({ className }: { className?: string }) => (
  <span
    aria-hidden
    className={classNames("block animate-pulse-soft rounded-sm bg-hover [animation-delay:150ms]", className)}
  />
);
