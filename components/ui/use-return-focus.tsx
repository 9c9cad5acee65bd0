"use client";

import { useRef } from "react";

/** Gives a dialog what lets the focus return, when it closes, to where it was; if that is gone, to the page's heading. */
export function useReturnFocus() {
  const before = useRef<Element>(null);
  return {
    onOpenAutoFocus: () => {
      before.current = document.activeElement;
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      if (!takesFocus(before.current)) takesFocus(headingOfPage());
    },
  };
}

/** What lies behind another dialog is hidden from everybody, and must not take the focus out of it. */
function takesFocus(place: Element | null): boolean {
  if (!(place instanceof HTMLElement) || place === document.body || place.closest("[aria-hidden=true]")) return false;
  place.focus({ preventScroll: true });
  return document.activeElement === place;
}

function headingOfPage(): Element | null {
  const heading = document.querySelector<HTMLElement>("main h1");
  if (heading) heading.tabIndex = -1;
  return heading;
}
