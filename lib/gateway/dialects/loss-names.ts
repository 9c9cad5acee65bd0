import { BOUNDS } from "../bounds.ts";
import type { Loss } from "./codec.ts";

/**
 * Names what could not be carried, each once. A caller invents fields as many and with names as long as it likes, and these
 * names go into headers, messages and records: beyond the bound there are only dots.
 */
export function lossNames(losses: readonly Loss[]): readonly string[] {
  const names = new Set<string>();
  for (const { field } of losses) {
    if (names.size >= BOUNDS.lossNamesMax) return [...names, MORE];
    names.add(field.length <= BOUNDS.lossNameCharsMax ? field : field.slice(0, BOUNDS.lossNameCharsMax) + MORE);
  }
  return [...names];
}

const MORE = "...";
