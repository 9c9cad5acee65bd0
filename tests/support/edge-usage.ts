import pg from "pg";
import { expect, inject } from "vitest";
import { metric } from "./under-attack.ts";

/** Asks the gateway's database; for what cannot be seen from outside. */
export async function askDatabase<Row extends pg.QueryResultRow>(
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: inject("edge").databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** How many requests have been recorded so far, those that went upstream; what the journal still holds is waited for. */
export async function usageRows(): Promise<number> {
  await expect.poll(() => metric("switchyard_journal_depth"), { timeout: 5_000 }).toBe(0);
  const [row] = await askDatabase<{ n: number }>(
    "SELECT coalesce(sum(requests), 0)::int AS n FROM usage_event WHERE provider = 'fake'",
  );
  return row?.n ?? 0;
}
