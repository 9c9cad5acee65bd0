"use client";

import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

/** One of a few choices, kept in the address, so that a reload, Back or a pasted link shows the same. The first is the default. */
export function useUrlChoice<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]) {
  const query = useSearchParams();
  const asked = query.get(name);
  const [standard] = choices;
  const choice = choices.find((known) => known === asked) ?? standard;
  const choose = useCallback(
    (chosen: string) => {
      const next = new URLSearchParams(window.location.search);
      if (chosen === standard) next.delete(name);
      else next.set(name, chosen);
      window.history.replaceState(null, "", `?${next}`);
    },
    [name, standard],
  );
  return [choice, choose] as const;
}
