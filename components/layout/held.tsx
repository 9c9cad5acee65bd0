"use client";

import { createContext, type ReactNode, use, useState } from "react";

type Held = { readonly held: ReactNode; readonly hold: (held: ReactNode) => void };

const HeldContext = createContext<Held>({ held: null, hold: () => undefined });

/** Shows above every page what must outlive its own: Back takes the page away, and would take what it shows along. */
export function HeldProvider({ children }: { children: ReactNode }) {
  const [held, hold] = useState<ReactNode>(null);
  return (
    <HeldContext value={{ held, hold }}>
      {children}
      {held}
    </HeldContext>
  );
}

export const useHeld = () => use(HeldContext);
