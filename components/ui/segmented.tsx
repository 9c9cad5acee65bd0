"use client";

import { useId } from "react";
import { classNames } from "./class-names.tsx";

type SegmentedProps = {
  label: string;
  value: string;
  options: readonly { readonly value: string; readonly label: string }[];
  onChange: (value: string) => void;
  className?: string;
};

/** A few exclusive choices side by side. */
export function Segmented({ label, value, options, onChange, className }: SegmentedProps) {
  const name = useId();
  return (
    <fieldset className={classNames("inline-flex rounded-md border bg-sunken p-0.5", className)}>
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="relative grid h-7 cursor-pointer place-items-center rounded-sm px-2.5 font-medium text-ink-faint text-sm outline-ring hover:text-ink has-checked:bg-surface has-checked:text-ink has-checked:shadow-card has-focus-visible:outline-2 pointer-coarse:h-10 pointer-coarse:px-4"
        >
          <input
            type="radio"
            className="absolute inset-0 cursor-pointer appearance-none rounded-[inherit] outline-none"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
