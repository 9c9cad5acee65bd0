import { z } from "zod";

const PAGE_ROWS_MAX = 200;
const PAGE_ROWS = 50;

/** What every list takes: the id the previous page ended at, and how many rows. Ids grow with time, the newest come first. */
export const PageInput = z.strictObject({
  cursor: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_ROWS_MAX).default(PAGE_ROWS),
});

export type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

/** Makes a page of rows read with one row too many, so that it is known whether there is a next one. */
export function pageOf<Row extends { readonly id: string }, Item>(
  rows: readonly Row[],
  limit: number,
  shown: (row: Row) => Item,
): Page<Item> {
  const page = rows.slice(0, limit);
  return { items: page.map(shown), nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/** The condition that continues a list after its cursor. */
export const after = (cursor: string | undefined) => (cursor === undefined ? {} : { id: { lt: cursor } });
