import { Label } from "radix-ui";
import { type ReactNode, useId } from "react";
import { classNames } from "#components/ui/class-names";

export type ControlProps = {
  readonly id: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string | undefined;
};

type FieldProps = {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** Stands at the end of the label's line. */
  aside?: ReactNode;
  className?: string;
  children: (control: ControlProps) => ReactNode;
};

/** A labelled control with its hint and its error, tied together for a screen reader. */
export function Field({ label, hint, error, aside, className, children }: FieldProps) {
  const id = useId();
  const described = error !== undefined || hint !== undefined;
  return (
    <div className={classNames("grid gap-1.5", className)}>
      <div className="flex items-baseline justify-between gap-3">
        <Label.Root htmlFor={id} className="font-medium text-ink text-sm">
          {label}
        </Label.Root>
        {aside}
      </div>
      {children({ id, "aria-invalid": error !== undefined, "aria-describedby": described ? `${id}-note` : undefined })}
      {described && (
        <p id={`${id}-note`} className={classNames("text-xs", error === undefined ? "text-ink-faint" : "text-bad")}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}
