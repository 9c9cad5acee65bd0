import type { Tx } from "#lib/platform/db";
import type { Sql } from "#lib/platform/sql";

/** In nano-dollars: what the wallet holds, and what of it may still be spent (the balance less the metered cost). */
export type Balance = { readonly balance: bigint; readonly available: bigint };

/** Reads the balances of organisations in one query. An unknown organisation is missing from the answer. */
export async function readBalances(
  tx: Pick<Tx, "$queryRaw">,
  orgIds: readonly string[],
): Promise<ReadonlyMap<string, Balance>> {
  const rows = await tx.$queryRaw<(Balance & { org_id: string })[]>`
    SELECT org_id::text, balance, available FROM ledger_balances(${[...orgIds]}::uuid[])`;
  return new Map(rows.map(({ org_id, balance, available }) => [org_id, { balance, available }]));
}

/** Reads only what may still be spent, through the gateway's plain pool. */
export async function readAvailable(
  sql: Pick<Sql, "query">,
  orgIds: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const text = "SELECT org_id::text, available::text FROM ledger_balances($1::uuid[])";
  const { rows } = await sql.query<{ org_id: string; available: string }>({
    name: "ledger_balances",
    text,
    values: [orgIds],
  });
  return new Map(rows.map(({ org_id, available }) => [org_id, BigInt(available)]));
}
