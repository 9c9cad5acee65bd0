import { newId } from "#lib/base/ids";
import type { Sql } from "#lib/platform/sql";
import { storable } from "../usage-row.ts";

/** Rows of `usageRowOf`, one or several joined as in a list: as text, or as their bytes where they were kept. */
export type RowsJson = string | Uint8Array;

/** Takes JSON rows of `usageRowOf`; inserts the new ones and applies only those to the rollups, in one transaction. */
export async function applyRows(sql: Pick<Sql, "query">, rows: readonly RowsJson[]): Promise<void> {
  await sql.query({
    name: "usage_apply",
    text: "SELECT count(*) FROM usage_apply($1::jsonb)",
    values: [jsonbOf(rows)],
  });
}

/** PostgreSQL's binary form of jsonb: a version byte (1), then the text. */
const OPEN = Buffer.from("\u0001[");
const COMMA = Buffer.from(",");
const CLOSE = Buffer.from("]");

function jsonbOf(rows: readonly RowsJson[]): Buffer {
  const pieces: Uint8Array[] = [OPEN];
  for (const [index, row] of rows.entries()) {
    if (index > 0) pieces.push(COMMA);
    pieces.push(typeof row === "string" ? Buffer.from(row) : row);
  }
  pieces.push(CLOSE);
  return Buffer.concat(pieces);
}

/** Keeps a row aside that the database refuses, with its reason, so that it never stalls the others; gives its id. */
export async function quarantineRow(
  sql: Pick<Sql, "query">,
  { json, reason }: { readonly json: string; readonly reason: string },
): Promise<string> {
  // Not parsed: it may be refused because it is no JSON.
  const id = /^\{"id":"([0-9a-f-]{36})"/.exec(json)?.[1] ?? newId();
  const text = `INSERT INTO usage_quarantine (id, payload, error) VALUES ($1, $2::jsonb, $3) ON CONFLICT (id) DO NOTHING`;
  await sql.query(text, [id, JSON.stringify({ row: storable(json) }), reason]);
  return id;
}

/** True for an error that speaks of the data itself, which no retry mends: SQLSTATE classes 22 and 23, and 54, which a smaller batch may mend. */
export function isDataError(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("code" in error)) return false;
  return typeof error.code === "string" && /^(22|23|54)/.test(error.code);
}
