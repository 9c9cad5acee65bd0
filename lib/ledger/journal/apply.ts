import type { Sql } from "#lib/platform/sql";

/** Takes JSON rows of `usageRowOf`; inserts the new ones and applies only those to the rollups, in one transaction. */
export async function applyRows(sql: Pick<Sql, "query">, rows: readonly string[]): Promise<void> {
  await sql.query({
    name: "usage_apply",
    text: "SELECT count(*) FROM usage_apply($1::jsonb)",
    values: [`[${rows.join(",")}]`],
  });
}

/** Keeps a row aside that the database refuses, with its reason, so that it never stalls the others. */
export async function quarantineRow(
  sql: Pick<Sql, "query">,
  row: { id: string; json: string; reason: string },
): Promise<void> {
  const text = `INSERT INTO usage_quarantine (id, payload, error) VALUES ($1, $2::jsonb, $3) ON CONFLICT (id) DO NOTHING`;
  await sql.query(text, [row.id, JSON.stringify({ row: row.json }), row.reason]);
}

/** True for an error that speaks of the data itself (SQLSTATE classes 22 and 23), which no retry mends. */
export function isDataError(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("code" in error)) return false;
  return typeof error.code === "string" && /^(22|23)/.test(error.code);
}
