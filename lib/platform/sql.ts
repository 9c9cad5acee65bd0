import pg from "pg";

export type Sql = pg.Pool;

const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 10_000;

/**
 * Opens the plain pool of the gateway and the ledger: SQL functions, batches, LISTEN. `int8` arrives as text.
 * A broken idle connection is dropped silently; the next query opens another.
 */
export function openSql(databaseUrl: string, max: number): Sql {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  pool.on("error", () => undefined);
  return pool;
}
