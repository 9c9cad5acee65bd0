import { describe, expect, test } from "vitest";
import { newId } from "#lib/base/ids";
import { nanoUsd } from "#lib/base/units";
import { stageWithSql } from "#tests/support/stage-with-sql";
import { readAvailable, readBalances } from "./balance.ts";
import { checkBooks } from "./books.ts";
import { type Credit, credit } from "./credit.ts";

const { stage, sql } = stageWithSql();

const creditOf = (given: Partial<Credit> = {}): Credit => ({
  orgId: stage().ours.id,
  amount: nanoUsd(1_000n),
  reason: "r",
  actor: "a",
  transferId: newId(),
  ...given,
});
const give = (given: Credit) =>
  stage().db.$transaction((tx) => credit(tx, given), { maxWait: 15_000, timeout: 15_000 });
const balanceOf = async (orgId: string) => (await readBalances(stage().db, [orgId])).get(orgId)?.balance ?? 0n;
const versionsOf = async (orgId: string) => {
  const text = `SELECT array_agg(account_version::int ORDER BY account_version) AS versions FROM ledger_entry e
                  JOIN ledger_account a ON a.id = e.account_id WHERE a.org_id = $1`;
  return (await sql().query<{ versions: number[] }>(text, [orgId])).rows[0]?.versions ?? [];
};
const countOf = async (table: string) => Number((await sql().query(`SELECT count(*) AS n FROM ${table}`)).rows[0].n);

describe("fifty credits at once", () => {
  test("to two organisations all arrive, with gapless versions and no deadlock", async () => {
    const orgs = [stage().ours.id, stage().theirs.id];
    await Promise.all(Array.from({ length: 50 }, (_, at) => give(creditOf({ orgId: orgs[at % 2] }))));
    for (const orgId of orgs) {
      expect(await balanceOf(orgId)).toBe(25_000n);
      expect(await versionsOf(orgId)).toEqual(Array.from({ length: 25 }, (_, at) => at + 1));
    }
    const findings = await checkBooks({ sql: sql(), leftBehind: [] });
    expect(findings.flatMap(({ differences }) => differences)).toEqual([]);
  });

  test("with one transfer id are one credit, and each is told the same balance", async () => {
    const before = await balanceOf(stage().ours.id);
    const given = creditOf();
    const answers = await Promise.all(Array.from({ length: 50 }, () => give(given)));
    expect(new Set(answers)).toEqual(new Set([before + 1_000n]));
    expect(await balanceOf(stage().ours.id)).toBe(before + 1_000n);
  });
});

describe("a credit is refused, and moves nothing", () => {
  const unmoved = async (given: Credit, code: string) => {
    const before = [await countOf("ledger_entry"), await countOf("ledger_transfer"), await balanceOf(stage().ours.id)];
    await expect(give(given)).rejects.toThrow(code);
    const after = [await countOf("ledger_entry"), await countOf("ledger_transfer"), await balanceOf(stage().ours.id)];
    expect(after).toEqual(before);
  };

  test.each([0n, -1n, 10n ** 15n + 1n])("22023: an amount of %s nano-dollars", (amount) =>
    unmoved(creditOf({ amount: nanoUsd(amount) }), "22023"),
  );

  test("23505: a transfer id that was used with another amount, reason, actor or organisation", async () => {
    const first = creditOf();
    await give(first);
    await unmoved({ ...first, amount: nanoUsd(1_001n) }, "23505");
    await unmoved({ ...first, reason: "another" }, "23505");
    await unmoved({ ...first, actor: "another" }, "23505");
    await unmoved({ ...first, orgId: stage().theirs.id }, "23505");
  });

  test("23503: an organisation that does not exist", () => unmoved(creditOf({ orgId: newId() }), "23503"));
});

describe("what is written stays as it is", () => {
  test.each(["ledger_entry", "ledger_transfer", "audit_log", "config_version", "config_activation"])(
    "42501: %s refuses UPDATE, DELETE and TRUNCATE",
    async (table) => {
      const [column = ""] = (
        await sql().query<{ column_name: string }>(
          "SELECT column_name FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position",
          [table],
        )
      ).rows.map((row) => row.column_name);
      for (const change of [
        `UPDATE ${table} SET ${column} = ${column}`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table} CASCADE`,
      ]) {
        await expect(sql().query(change)).rejects.toMatchObject({ code: "42501" });
      }
    },
  );

  test("23514: a wallet cannot stand below zero, the platform's grants can", async () => {
    const set = (kind: string) => sql().query("UPDATE ledger_account SET balance_nano = -1 WHERE kind = $1", [kind]);
    await expect(set("wallet")).rejects.toMatchObject({ code: "23514" });
    const { rows } = await sql().query(
      "SELECT balance_nano < 0 AS is_negative FROM ledger_account WHERE kind = 'grants'",
    );
    expect(rows).toEqual([{ is_negative: true }]);
  });
});

describe("what is available", () => {
  test("is the balance less the metered cost, of many organisations in one answer, both readers alike", async () => {
    await stage().record(
      { orgId: stage().ours.id, cost: nanoUsd(400n) },
      { orgId: stage().ours.id, cost: nanoUsd(9n) },
    );
    const ids = [stage().ours.id, stage().theirs.id, newId()];
    const balances = await readBalances(stage().db, ids);
    expect([...balances.keys()].sort()).toEqual([stage().ours.id, stage().theirs.id].sort());
    const ours = balances.get(stage().ours.id);
    expect(ours?.available).toBe((ours?.balance ?? 0n) - 409n);
    const available = await readAvailable(sql(), ids);
    expect(available).toEqual(new Map([...balances].map(([id, balance]) => [id, balance.available])));
  });
});
