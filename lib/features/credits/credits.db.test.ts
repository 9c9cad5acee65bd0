import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#lib/base/ids";
import { ORG_ROLES } from "#lib/base/permissions";
import { readBalances } from "#lib/ledger/balance";
import { openStage, type Stage } from "#tests/support/stage";
import { addCredit } from "./add-credit.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const operator = (orgId = stage.ours.id) => stage.inside(orgId, { platform: "operator" });
const balanceOf = async (orgId: string) => (await readBalances(stage.db, [orgId])).get(orgId)?.balance;

describe("a credit", () => {
  test("arrives exactly, and is audited with its amount and reason", async () => {
    const before = (await balanceOf(stage.ours.id)) ?? 0n;
    const { id, balanceUsd } = await addCredit(operator(), { amountUsd: "0.000000001", reason: "a trifle" });
    expect(await balanceOf(stage.ours.id)).toBe(before + 1n);
    expect(balanceUsd).toMatch(/\.\d{8}1$/);
    const [row] = await stage.db.auditLog.findMany({ where: { target: id } });
    expect(row).toMatchObject({
      action: "credit.add",
      orgId: stage.ours.id,
      after: { amountUsd: "0.000000001", reason: "a trifle" },
    });
  });

  test("may be given as a number", async () => {
    expect(await addCredit(operator(), { amountUsd: 2.5, reason: "x" })).toMatchObject({ amountUsd: "2.500000000" });
  });

  test("with the same idempotency key is made once, however often and however many at once", async () => {
    const idempotencyKey = newId();
    const given = { amountUsd: "3.5", reason: "once", idempotencyKey };
    const before = (await balanceOf(stage.theirs.id)) ?? 0n;
    const answers = await Promise.all(Array.from({ length: 12 }, () => addCredit(operator(stage.theirs.id), given)));
    await addCredit(operator(stage.theirs.id), { amountUsd: "1", reason: "another" });
    const later = await addCredit(operator(stage.theirs.id), given);
    for (const answer of answers) expect(answer).toEqual(later);
    expect(await balanceOf(stage.theirs.id)).toBe(before + 4_500_000_000n);
    expect(await stage.db.auditLog.count({ where: { target: later.id } })).toBe(1);
  });

  test("without a key is made each time", async () => {
    const before = (await balanceOf(stage.ours.id)) ?? 0n;
    await Promise.all([1, 2, 3].map(() => addCredit(operator(), { amountUsd: "1", reason: "again" })));
    expect(await balanceOf(stage.ours.id)).toBe(before + 3_000_000_000n);
  });

  test("409: a key that was used for another amount, reason or organisation moves nothing", async () => {
    const idempotencyKey = newId();
    await addCredit(operator(), { amountUsd: "1", reason: "first", idempotencyKey });
    const before = await balanceOf(stage.ours.id);
    const again = (orgId: string, amountUsd: string, reason: string) =>
      addCredit(operator(orgId), { amountUsd, reason, idempotencyKey });
    const others: [string, string, string][] = [
      [stage.ours.id, "2", "first"],
      [stage.ours.id, "1", "second"],
      [stage.theirs.id, "1", "first"],
    ];
    for (const other of others) await expect(again(...other)).rejects.toMatchObject({ code: "conflict" });
    expect(await balanceOf(stage.ours.id)).toBe(before);
  });

  test("of one actor does not answer for another's key", async () => {
    const idempotencyKey = newId();
    const given = { amountUsd: "1", reason: "mine", idempotencyKey };
    const one = await addCredit(operator(), given);
    const other = await addCredit({ ...operator(), actor: { kind: "admin-key", id: "another" } }, given);
    expect(other.id).not.toBe(one.id);
  });

  test("400: nothing, less than nothing, more than nine places, no amount at all, too much, no reason", async () => {
    for (const amountUsd of [
      "0",
      "-1",
      "0.0000000001",
      "ten",
      "1e3",
      "1000000.000000001",
      0,
      -1,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ]) {
      await expect(addCredit(operator(), { amountUsd, reason: "x" })).rejects.toMatchObject({ name: "ZodError" });
    }
    await expect(addCredit(operator(), { amountUsd: "1", reason: " " })).rejects.toMatchObject({ name: "ZodError" });
  });

  test("404: an organisation that does not exist", async () => {
    const nowhere = addCredit(operator(newId()), { amountUsd: "1", reason: "x" });
    await expect(nowhere).rejects.toMatchObject({ code: "not_found" });
  });

  test("403: for everyone but an operator", async () => {
    const given = { amountUsd: "1", reason: "x" };
    for (const role of ORG_ROLES)
      await expect(addCredit(stage.ours.as(role), given)).rejects.toMatchObject({ code: "forbidden" });
    const support = stage.inside(stage.ours.id, { platform: "support" });
    await expect(addCredit(support, given)).rejects.toMatchObject({ code: "forbidden" });
  });
});
