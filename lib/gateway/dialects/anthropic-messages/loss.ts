import type { JsonObject } from "#lib/gateway/conversation";
import type { Loss } from "#lib/gateway/dialects/codec";

export const harmless = (field: string): Loss => ({ field, weight: "harmless" });
export const meaning = (field: string): Loss => ({ field, weight: "meaning" });

/** Content blocks, and what could not be said in them. */
export type Written = { readonly blocks: readonly JsonObject[]; readonly losses: readonly Loss[] };

export const nothing = (...losses: readonly Loss[]): Written => ({ blocks: [], losses });
export const blocks = (...written: readonly JsonObject[]): Written => ({ blocks: written, losses: [] });

/** Joins in order. */
export function joined(all: readonly Written[]): Written {
  const [first = nothing()] = all;
  if (all.length <= 1) return first;
  return { blocks: all.flatMap((written) => written.blocks), losses: all.flatMap((written) => written.losses) };
}
