import type { ReactNode } from "react";

type PageHeadingProps = { title: string; text: string; children?: ReactNode };

export const PageHeading = ({ title, text, children }: PageHeadingProps) => (
  <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-4">
    <div className="min-w-0">
      <h1 className="w-fit rounded-sm font-semibold text-xl tracking-tight">{title}</h1>
      <p className="mt-0.5 text-ink-soft">{text}</p>
    </div>
    {children}
  </div>
);
