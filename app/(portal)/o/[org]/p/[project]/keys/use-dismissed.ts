"use client";

import { useState, useSyncExternalStore } from "react";

const PLACE = "switchyard.dismissed";
const noSubscription = () => () => undefined;

/** Remembers in this browser what was dismissed last. Undefined until that is known, null when it is nothing. */
export function useDismissed(): readonly [string | null | undefined, (id: string) => void] {
  const kept = useSyncExternalStore(noSubscription, readKept, () => undefined);
  const [chosen, setChosen] = useState<string>();
  const dismiss = (id: string) => {
    keep(id);
    setChosen(id);
  };
  return [chosen ?? kept, dismiss];
}

// A browser that keeps nothing refuses with an exception: then it holds for this visit.
function readKept(): string | null {
  try {
    return window.localStorage.getItem(PLACE);
  } catch {
    return null;
  }
}

function keep(id: string): void {
  try {
    window.localStorage.setItem(PLACE, id);
  } catch {
    return;
  }
}
