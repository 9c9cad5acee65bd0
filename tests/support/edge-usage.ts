import pg from "pg";
import { inject } from "vitest";

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

/** How many requests have been recorded so far, those that went upstream. */
export async function usageRows(): Promise<number> {
  const [row] = await askDatabase<{ n: number }>(
    "SELECT coalesce(sum(requests), 0)::int AS n FROM usage_event WHERE provider = 'fake'",
  );
  return row?.n ?? 0;
}
