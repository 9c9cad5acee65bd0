import type { JsonObject } from "#lib/gateway/conversation";
import { invalidField } from "#lib/gateway/endpoints/fields";
import type { Model } from "#lib/gateway/routing/table";

/** A model by one of its names. */
export type Listed = { readonly name: string; readonly model: Model; readonly createdAtS: number };

/** How a dialect writes its list of models, and one of them. */
export type ModelList = {
  /** Refuses with 400 what the query asks and cannot be. */
  readonly list: (models: readonly Listed[], query: URLSearchParams) => JsonObject;
  readonly one: (model: Listed) => JsonObject;
};

/** Reads a count of the query, or nothing. Refuses what is no whole number of at least `min`. */
export function countInQuery(query: URLSearchParams, name: string, min: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= min) return count;
  throw invalidField(name, `\`${name}\` must be a whole number of at least ${min}.`);
}
