import type { ComponentProps } from "react";
import { classNames } from "#components/ui/class-names";

type TableProps = ComponentProps<"table"> & {
  /** What the table is of, for who cannot see the heading above it. */
  label: string;
};

/** A dense table that scrolls inside its card when the screen is too narrow for it; the keyboard can scroll it too. */
export const Table = ({ label, className, children, ...props }: TableProps) => (
  <section
    aria-label={label}
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    tabIndex={0}
    className="overflow-x-auto outline-offset-[-3px]"
  >
    <table className={classNames("w-full border-collapse text-sm", className)} {...props}>
      <caption className="sr-only">{label}</caption>
      {children}
    </table>
  </section>
);

type CellProps = { isNumber?: boolean };

export const HeadCell = ({ isNumber, className, ...props }: ComponentProps<"th"> & CellProps) => (
  <th
    scope="col"
    className={classNames(
      "h-9 whitespace-nowrap border-b bg-sunken px-3 font-medium text-ink-faint text-xs first:pl-4 last:pr-4",
      isNumber ? "text-right" : "text-left",
      className,
    )}
    {...props}
  />
);

export const Cell = ({ isNumber, className, ...props }: ComponentProps<"td"> & CellProps) => (
  <td
    className={classNames(
      "h-11 whitespace-nowrap px-3 first:pl-4 last:pr-4",
      isNumber && "text-right tabular-nums",
      className,
    )}
    {...props}
  />
);

export const Row = ({ className, ...props }: ComponentProps<"tr">) => (
  <tr className={classNames("border-b last:border-b-0", className)} {...props} />
);
