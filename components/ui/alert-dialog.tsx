"use client";

import { AlertDialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { classNames } from "./class-names.tsx";
import { footerClasses, modalClasses, veilClasses } from "./dialog.tsx";
import { useReturnFocus } from "./use-return-focus.tsx";

type AlertDialogProps = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  description: ReactNode;
  cancel: string;
  confirm: string;
  isBusy?: boolean;
  isConfirmDisabled?: boolean;
  onConfirm: () => void;
  children?: ReactNode;
};

/** Asks before something that cannot be taken back. The safe answer has the focus. */
export function AlertDialog(props: AlertDialogProps) {
  const returnFocus = useReturnFocus();
  return (
    <Primitive.Root open={props.isOpen} onOpenChange={props.onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={veilClasses} />
        <Primitive.Content className={classNames(modalClasses, "sm:w-[27rem]")} {...returnFocus}>
          <div className="overflow-y-auto px-5 py-5">
            <Primitive.Title className="font-semibold text-lg tracking-tight">{props.title}</Primitive.Title>
            <Primitive.Description className="mt-1.5 text-ink-soft text-sm">{props.description}</Primitive.Description>
            {props.children}
          </div>
          <footer className={footerClasses}>
            <Primitive.Cancel asChild>
              <Button>{props.cancel}</Button>
            </Primitive.Cancel>
            <Button
              variant="danger"
              className="min-w-0 shrink"
              isBusy={props.isBusy}
              disabled={props.isConfirmDisabled}
              onClick={props.onConfirm}
            >
              <span className="truncate">{props.confirm}</span>
            </Button>
          </footer>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
