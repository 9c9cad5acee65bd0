"use client";

import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ComponentProps, useEffect, useState } from "react";
import { Button } from "./button.tsx";

const CONFIRMATION_MS = 2_000;

type CopyButtonProps = Omit<ComponentProps<typeof Button>, "onClick" | "children"> & {
  text: string;
  label: string;
  isIconOnly?: boolean;
  onCopied?: () => void;
};

/** Copies a text and says so, to the eye and to a screen reader. */
export function CopyButton({ text, label, isIconOnly = false, onCopied, ...props }: CopyButtonProps) {
  const t = useTranslations("common");
  const [isCopied, setIsCopied] = useState(false);

  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setIsCopied(false), CONFIRMATION_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);

  async function copy() {
    if (!(await writeClipboard(text))) return;
    setIsCopied(true);
    onCopied?.();
  }

  const shown = isCopied ? t("copied") : label;
  return (
    <>
      <Button {...props} aria-label={isIconOnly ? shown : undefined} onClick={() => void copy()}>
        {isCopied ? <Check aria-hidden className="text-good" /> : <Copy aria-hidden />}
        {!isIconOnly && shown}
      </Button>
      <span role="status" className="sr-only">
        {isCopied ? t("copied") : ""}
      </span>
    </>
  );
}

/** The clipboard interface exists only on https and localhost; a self-hosted portal may be neither. */
async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "fixed top-0 opacity-0";
  // A dialog keeps the focus inside, so the field has to stand in it.
  const parent = document.querySelector('[role="dialog"]') ?? document.body;
  const focused = document.activeElement;
  parent.append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isDone;
}
