"use client";

import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Dialog as Primitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { Button } from "./button.tsx";
import { classNames } from "./class-names.tsx";
import { useReturnFocus } from "./use-return-focus.tsx";

export const Dialog = Primitive.Root;

type DialogContentProps = Omit<ComponentProps<typeof Primitive.Content>, "title"> & {
  title: ReactNode;
  description?: ReactNode;
  isWide?: boolean;
};

export const veilClasses = "fixed inset-0 z-40 animate-fade bg-veil";
export const modalClasses = classNames(
  "fixed z-50 flex max-h-[calc(100dvh-2rem)] flex-col animate-enter overflow-hidden bg-raised shadow-modal outline-none",
  "inset-x-3 bottom-3 rounded-xl sm:inset-x-auto sm:bottom-auto sm:top-[12dvh] sm:left-1/2 sm:max-h-[80dvh] sm:-translate-x-1/2",
);

export function DialogContent({ title, description, isWide, className, children, ...props }: DialogContentProps) {
  const t = useTranslations("common");
  const returnFocus = useReturnFocus();
  const hasDescription = description !== undefined;
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={veilClasses} />
      <Primitive.Content
        className={classNames(modalClasses, isWide ? "sm:w-[36rem]" : "sm:w-[27rem]", className)}
        {...(hasDescription ? {} : { "aria-describedby": undefined })}
        {...returnFocus}
        {...props}
      >
        <header className="flex items-start justify-between gap-4 px-5 pt-4">
          <div className="min-w-0 pt-1">
            <Primitive.Title className="font-semibold text-lg tracking-tight">{title}</Primitive.Title>
            {hasDescription && (
              <Primitive.Description className="mt-1 text-ink-soft text-sm">{description}</Primitive.Description>
            )}
          </div>
          <Primitive.Close asChild>
            <Button variant="ghost" size="icon" className="-mr-2" aria-label={t("close")}>
              <X aria-hidden />
            </Button>
          </Primitive.Close>
        </header>
        {children}
      </Primitive.Content>
    </Primitive.Portal>
  );
}

export const DialogBody = ({ className, ...props }: ComponentProps<"div">) => (
  <div className={classNames("min-h-0 flex-1 overflow-y-auto px-5 py-4", className)} {...props} />
);

export const footerClasses =
  "flex flex-col-reverse gap-2 border-t bg-surface px-5 py-3 sm:flex-row sm:items-center sm:justify-end";

export const DialogFooter = ({ className, ...props }: ComponentProps<"footer">) => (
  <footer className={classNames(footerClasses, className)} {...props} />
);
