import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LATENCY_BOUNDS_MS } from "#lib/base/histogram";
import { newId } from "#lib/base/ids";
import { NO_USAGE } from "#lib/base/request-record";
import { nanoUsd } from "#lib/base/units";
import { openStage, type Stage } from "#tests/support/stage";
import { type BooksOptions, checkBooks } from "./books.ts";
import { credit } from "./credit.ts";

let stage: Stage;
let sql: pg.Pool;
const COMPLETED = newId();
const INTERRUPTED = newId();
const ESTIMATED = newId();

beforeAll(async () => {
  stage = await openStage();
  sql = new pg.Pool({ connectionString: stage.databaseUrl, max: 1 });
  const amount = nanoUsd(1_000_000n);
  const given = { orgId: stage.ours.id, amount, reason: "r", actor: "a", transferId: newId() };
  await stage.db.$transaction((tx) => credit(tx, given));
  const orgId = stage.ours.id;
  const everyBound = LATENCY_BOUNDS_MS.flatMap((ms) => [Math.floor(ms), Math.ceil(ms), Math.ceil(ms) + 1]);
  await stage.record(
    { id: COMPLETED, orgId },
    { id: INTERRUPTED, orgId, outcome: "interrupted", status: 499 },
    { id: ESTIMATED, orgId, usage: { ...NO_USAGE, inputTokens: 3, outputTokens: 3, isEstimated: true } },
    {
      orgId: null,
      status: 401,
      outcome: "refused",
      servedModel: "",
      requests: 40,
      cost: nanoUsd(0n),
      firstByteMs: null,
    },
    ...everyBound.map((ms) => ({ orgId, cost: nanoUsd(1n), durationMs: ms, firstByteMs: ms })),
  );
});
afterAll(async () => {
  await sql.end();
  await stage.close();
});

const check = (given: Partial<BooksOptions> = {}) => checkBooks({ sql, leftBehind: [], ...given });

/** Gives the differences after a change that is taken back, by the invariant's number. */
async function differencesAfter(...changes: readonly string[]): Promise<Record<string, string>> {
  await sql.query("BEGIN");
  try {
    for (const change of changes) await sql.query(change);
    const findings = await check();
    const red = findings.filter(({ differences }) => differences.length > 0);
    return Object.fromEntries(red.map(({ name, differences }) => [name.slice(0, 2), differences.join("\n")]));
  } finally {
    await sql.query("ROLLBACK");
  }
}

const withoutTriggers = "SET LOCAL session_replication_role = replica";

test("honest books are green, and each invariant tells its figures", async () => {
  const findings = await check();
  expect(findings.flatMap(({ differences }) => differences)).toEqual([]);
  expect(findings.map(({ name }) => name.slice(0, 2))).toEqual(["I1", "I2", "I3", "I4"]);
  expect(findings[0]?.figures).toContain("least available");
  expect(findings[2]?.figures).toContain("1 interrupted");
});

describe("I1 turns red", () => {
  test("when a wallet stands below zero", async () => {
    const red = await differencesAfter(
      "ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_not_negative",
      "UPDATE ledger_account SET balance_nano = -5 WHERE kind = 'wallet'",
    );
    expect(red.I1).toContain("stands at -5");
  });

  test("when an organisation has used more than it had", async () => {
    const red = await differencesAfter("UPDATE usage_rollup SET cost_nano = cost_nano + 1000000000");
    expect(red.I1).toContain(stage.ours.id);
  });
});

describe("I2 turns red", () => {
  test("when a balance is not the sum of its entries", async () => {
    const red = await differencesAfter(
      "UPDATE ledger_account SET balance_nano = balance_nano + 1 WHERE kind = 'wallet'",
    );
    expect(Object.keys(red)).toEqual(["I2"]);
    expect(red.I2).toContain("balance 1000001, entries 1000000");
  });

  test("when one entry was changed behind the triggers: its account, the balance it noted, its transfer", async () => {
    const red = await differencesAfter(
      withoutTriggers,
      "UPDATE ledger_entry SET amount_nano = amount_nano + 1 WHERE amount_nano > 0",
    );
    expect(red.I2).toContain("account ");
    expect(red.I2).toContain("entry ");
    expect(red.I2).toContain("sums to 1");
  });

  test("when an entry is missing", async () => {
    const red = await differencesAfter(withoutTriggers, "DELETE FROM ledger_entry WHERE amount_nano > 0");
    expect(red.I2).toContain("entries 0");
  });

  test("when a version was left out", async () => {
    const red = await differencesAfter("UPDATE ledger_account SET version = version + 1 WHERE kind = 'wallet'");
    expect(red.I2).toContain("account ");
  });
});

describe("I3 turns red", () => {
  test.each([
    "requests",
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "cost_nano",
    "upstream_cost_nano",
    "duration_ms_sum",
  ])("when a rollup's %s is one too many", async (column) => {
    const red = await differencesAfter(`UPDATE usage_rollup SET ${column} = ${column} + 1 WHERE status = 200`);
    expect(red.I3).toContain(`${column} `);
  });

  test.each(["latency_slots", "first_byte_slots"])("when one count of %s stands in the next slot", async (column) => {
    const red = await differencesAfter(
      `UPDATE usage_rollup SET ${column}[5] = ${column}[5] - 1, ${column}[6] = ${column}[6] + 1 WHERE status = 200`,
    );
    expect(Object.keys(red)).toEqual(["I3"]);
    expect(red.I3).toContain(column);
  });

  test("when a usage row is lost", async () => {
    const red = await differencesAfter(`DELETE FROM usage_event WHERE id = '${COMPLETED}'`);
    expect(Object.keys(red)).toEqual(["I3"]);
  });

  test("when all rows of a rollup are lost, even the oldest there are", async () => {
    const red = await differencesAfter(
      "DELETE FROM usage_event WHERE outcome = 'interrupted'",
      "DELETE FROM usage_event",
    );
    expect(red.I3).toContain("requests none by the rows");
  });

  test("when a usage row was changed", async () => {
    const red = await differencesAfter(`UPDATE usage_event SET output_tokens = 8 WHERE id = '${COMPLETED}'`);
    expect(red.I3).toContain("output_tokens ");
  });

  test("when a rollup is missing", async () => {
    const red = await differencesAfter("DELETE FROM usage_rollup WHERE status = 401");
    expect(red.I3).toContain("requests 40 by the rows, none in the rollup");
  });

  test("when a journal left behind holds what the database does not, or a row is in quarantine", async () => {
    const [, , third] = await check({ leftBehind: ["left-behind"] });
    expect(third?.differences.join()).toContain("left-behind");
    const red = await differencesAfter(
      `INSERT INTO usage_quarantine (id, payload, error) VALUES ('${newId()}', '{}', 'bad')`,
    );
    expect(red.I3).toContain("1 rows are in quarantine");
  });
});

test("I3 lets rollups outlive the rows that were pruned", async () => {
  const red = await differencesAfter(
    "DELETE FROM usage_event",
    "SELECT usage_prune(date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '32 days')",
  );
  expect(red).toEqual({});
});

describe("I5", () => {
  const line = { id: COMPLETED, inputTokens: 5, outputTokens: 7 };
  const invoiced = async (...invoice: NonNullable<BooksOptions["invoice"]>[number][]) =>
    (await check({ invoice })).find(({ name }) => name.startsWith("I5"));

  test("is green when the invoice says what the rows say; what was interrupted or estimated is counted apart", async () => {
    const finding = await invoiced(
      line,
      { id: INTERRUPTED, inputTokens: 5, outputTokens: 999 },
      { id: ESTIMATED, inputTokens: 5, outputTokens: 999 },
    );
    expect(finding?.differences).toEqual([]);
    expect(finding?.figures).toMatch(/3 invoice lines, 1 .*interrupted.*, 1 estimated/);
  });

  test("turns red for a request without a row", async () => {
    const id = newId();
    expect((await invoiced(line, { ...line, id }))?.differences.join()).toContain(id);
  });

  test("turns red when the tokens differ", async () => {
    expect((await invoiced({ ...line, outputTokens: 8 }))?.differences.join()).toContain("invoiced 5/8, recorded 5/7");
  });
});
