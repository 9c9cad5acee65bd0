import type { Loss } from "../codec.ts";

/** Collects what could not be carried, each field once. */
export type LossReport = {
  readonly meaning: (field: string) => void;
  readonly harmless: (field: string) => void;
  readonly list: () => readonly Loss[];
};

/** Starts an empty report. */
export function createLossReport(): LossReport {
  const losses = new Map<string, Loss>();
  const add = (weight: Loss["weight"]) => (field: string) => {
    losses.set(field, { field, weight });
  };
  return { meaning: add("meaning"), harmless: add("harmless"), list: () => [...losses.values()] };
}
