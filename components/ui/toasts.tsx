"use client";

import { useTheme } from "next-themes";
import { Toaster } from "sonner";

export function Toasts() {
  const { resolvedTheme } = useTheme();
  return (
    <Toaster
      theme={resolvedTheme === "dark" ? "dark" : "light"}
      position="bottom-right"
      toastOptions={{
        classNames: {
          toast: "!border-line !bg-raised !font-sans !text-ink !shadow-pop",
          description: "!text-ink-soft",
        },
      }}
    />
  );
}
