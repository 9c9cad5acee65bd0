import type { ReactNode } from "react";

type AuthCardProps = { title: string; text?: ReactNode; children: ReactNode; footer?: ReactNode };

/** The one column of the pages around signing in. */
export const AuthCard = ({ title, text, children, footer }: AuthCardProps) => (
  <div className="w-full max-w-[23.5rem]">
    <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
    {text !== undefined && <p className="mt-1.5 text-ink-soft">{text}</p>}
    <div className="mt-7">{children}</div>
    {footer !== undefined && <p className="mt-8 text-ink-soft text-sm">{footer}</p>}
  </div>
);
