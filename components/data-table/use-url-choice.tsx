"use client";

import { useSearchParams } from "next/navigation";
import { useState } from "react";

/** One of a few choices, kept in the address, so that a reload, Back or a pasted link shows the same. The first is the default. */
export function useUrlChoice<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]) {
  const query = useSearchParams();
  const asked = query.get(name);
  const [standard] = choices;
  const offered = (text: string | null) => choices.find((one) => one === text) ?? standard;
  const inAddress = offered(asked);
  // The router tells of a new address in a transition: a control that waited for it would jump back for a moment.
  const [choice, setChoice] = useState(inAddress);
  const [known, setKnown] = useState(inAddress);
  if (known !== inAddress) {
    setKnown(inAddress);
    setChoice(inAddress);
  }
  const choose = (text: string) => {
    const chosen = offered(text);
    setChoice(chosen);
    const next = new URLSearchParams(window.location.search);
    if (chosen === standard) next.delete(name);
    else next.set(name, chosen);
    window.history.replaceState(null, "", `?${next}`);
  };
  return [choice, choose] as const;
}
