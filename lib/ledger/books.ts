import type { Sql } from "#lib/platform/sql";
import { ROLLUP_DIFFERENCES } from "./rollup-differences.ts";

/** One invariant, looked at: its figures in words, and what is wrong with it (nothing when it holds). */
export type Finding = { readonly name: string; readonly figures: string; readonly differences: readonly string[] };

/** What an upstream says it produced for one of our requests. */
export type InvoiceLine = { readonly id: string; readonly inputTokens: number; readonly outputTokens: number };

export type BooksOptions = {
  readonly sql: Pick<Sql, "query">;
  /** What journals hold and the database does not, a line each. */
  readonly leftBehind: readonly string[];
  readonly invoice?: readonly InvoiceLine[];
};

const SHOWN_MAX = 10;
const AVAILABLE = "ledger_balances((SELECT array_agg(id) FROM organization))";

/** Checks the invariants of the books against the database. Reads only. */
export async function checkBooks({ sql, leftBehind, invoice }: BooksOptions): Promise<readonly Finding[]> {
  return [
    await moneyNotNegative(sql),
    await entriesMakeBalances(sql),
    await rowsMakeRollups(sql, leftBehind),
    await nothingHeld(sql),
    ...(invoice ? [await rowsMatchInvoice(sql, invoice)] : []),
  ];
}

/** Metered cost is not charged to wallets in this version, so what is available is looked at beside what a wallet holds. */
async function moneyNotNegative(sql: Pick<Sql, "query">): Promise<Finding> {
  const all = await one(
    sql,
    `SELECT (SELECT count(*) FROM ledger_account WHERE kind = 'wallet')::text AS wallets,
            (SELECT coalesce(min(balance_nano), 0) FROM ledger_account WHERE kind = 'wallet')::text AS lowest,
            (SELECT coalesce(min(available), 0) FROM ${AVAILABLE})::text AS lowest_available`,
  );
  const differences = [
    ...(await lines(
      sql,
      "SELECT 'wallet ' || id || ' stands at ' || balance_nano AS line FROM ledger_account WHERE kind = 'wallet' AND balance_nano < 0",
    )),
    ...(await lines(
      sql,
      `SELECT 'organisation ' || org_id || ' has ' || available || ' available: it has spent more than it had' AS line
         FROM ${AVAILABLE} WHERE available < 0`,
    )),
  ];
  return {
    name: "I1 available money is never below zero",
    figures: `${all.wallets} wallets, lowest ${all.lowest} nano-dollars, least available ${all.lowest_available}`,
    differences,
  };
}

async function entriesMakeBalances(sql: Pick<Sql, "query">): Promise<Finding> {
  const all = await one(
    sql,
    `SELECT (SELECT count(*) FROM ledger_account)::text AS accounts, count(*)::text AS entries,
            coalesce(sum(amount_nano), 0)::text AS total FROM ledger_entry`,
  );
  const differences = [
    ...(await lines(
      sql,
      `SELECT 'account ' || a.id || ': balance ' || a.balance_nano || ', entries ' || coalesce(sum(e.amount_nano), 0) AS line
         FROM ledger_account a LEFT JOIN ledger_entry e ON e.account_id = a.id
        GROUP BY a.id HAVING a.balance_nano <> coalesce(sum(e.amount_nano), 0)
            OR a.version <> count(e.id) OR a.version <> coalesce(max(e.account_version), 0)`,
    )),
    ...(await lines(
      sql,
      `SELECT 'entry ' || id || ' says ' || balance_after_nano || ', the sum is ' || running AS line
         FROM (SELECT id, balance_after_nano, sum(amount_nano) OVER (PARTITION BY account_id ORDER BY account_version) AS running
                 FROM ledger_entry) AS walked WHERE balance_after_nano <> running`,
    )),
    ...(await lines(
      sql,
      `SELECT 'transfer ' || transfer_id || ' sums to ' || sum(amount_nano) AS line FROM ledger_entry
        GROUP BY transfer_id HAVING sum(amount_nano) <> 0`,
    )),
  ];
  return {
    name: "I2 entries make the balances",
    figures: `${all.accounts} accounts, ${all.entries} entries, all of them sum to ${all.total}`,
    differences,
  };
}

async function rowsMakeRollups(sql: Pick<Sql, "query">, leftBehind: readonly string[]): Promise<Finding> {
  const all = await one(
    sql,
    `SELECT count(*)::text AS rows, count(DISTINCT id)::text AS ids, coalesce(sum(requests), 0)::text AS requests,
            coalesce(sum(cost_nano), 0)::text AS cost, count(*) FILTER (WHERE outcome = 'interrupted')::text AS interrupted,
            (SELECT coalesce(sum(requests), 0) FROM usage_rollup)::text AS rolled, (SELECT count(*) FROM usage_quarantine)::text AS quarantined
       FROM usage_event`,
  );
  const twice = all.rows === all.ids ? [] : [`${all.rows} rows, but ${all.ids} different ids`];
  const quarantined = all.quarantined === "0" ? [] : [`${all.quarantined} rows are in quarantine`];
  return {
    name: "I3 one usage row per request, and rows make the rollups",
    figures: `${all.rows} rows for ${all.requests} requests, ${all.rolled} in rollups, cost ${all.cost} nano-dollars; ${all.interrupted} interrupted`,
    differences: [
      ...twice,
      ...leftBehind.slice(0, SHOWN_MAX),
      ...quarantined,
      ...(await lines(sql, ROLLUP_DIFFERENCES)),
    ],
  };
}

/** Leases and holds in the database come with the charging engine: until then there must be no account for them. */
async function nothingHeld(sql: Pick<Sql, "query">): Promise<Finding> {
  const { n = "0" } = await one(
    sql,
    "SELECT count(*)::text AS n FROM ledger_account WHERE kind NOT IN ('wallet', 'grants')",
  );
  return {
    name: "I4 leases outstanding = held",
    figures: `0 leases, ${n} accounts that could hold one (holds live in the gateway's memory in this version)`,
    differences: n === "0" ? [] : [`${n} accounts of a kind this version does not know`],
  };
}

async function rowsMatchInvoice(sql: Pick<Sql, "query">, invoice: readonly InvoiceLine[]): Promise<Finding> {
  const { rows } = await sql.query<{ line: string | null; outcome: string | null; is_estimated: boolean | null }>(
    `SELECT u.outcome, u.is_estimated,
            CASE WHEN u.id IS NULL THEN 'request ' || i.id || ' was served upstream and has no usage row'
                 WHEN u.outcome = 'completed' AND NOT u.is_estimated AND (u.input_tokens, u.output_tokens) <> (i.input_tokens, i.output_tokens)
                 THEN 'request ' || i.id || ': invoiced ' || i.input_tokens || '/' || i.output_tokens || ', recorded ' || u.input_tokens || '/' || u.output_tokens
            END AS line
       FROM jsonb_to_recordset($1::jsonb) AS i(id uuid, input_tokens bigint, output_tokens bigint) LEFT JOIN usage_event u USING (id)`,
    [
      JSON.stringify(
        invoice.map(({ id, inputTokens, outputTokens }) => ({
          id,
          input_tokens: inputTokens,
          output_tokens: outputTokens,
        })),
      ),
    ],
  );
  const interrupted = rows.filter((row) => row.outcome === "interrupted").length;
  const estimated = rows.filter((row) => row.outcome === "completed" && row.is_estimated).length;
  return {
    name: "I5 what the upstream served = what was recorded",
    figures: `${invoice.length} invoice lines, ${interrupted} of them interrupted here, ${estimated} estimated because the upstream gave no usage`,
    differences: rows.flatMap((row) => row.line ?? []).slice(0, SHOWN_MAX),
  };
}

async function one(sql: Pick<Sql, "query">, text: string): Promise<Readonly<Record<string, string>>> {
  const { rows } = await sql.query<Record<string, string>>(text);
  return rows[0] ?? {};
}

async function lines(sql: Pick<Sql, "query">, text: string): Promise<string[]> {
  const { rows } = await sql.query<{ line: string }>(`${text} LIMIT ${SHOWN_MAX}`);
  return rows.map(({ line }) => line);
}
