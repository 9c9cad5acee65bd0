import { expect, test } from "vitest";
import { nanoUsd } from "#lib/base/units";
import { stageWithSql } from "#tests/support/stage-with-sql";
import { readAvailable, readBalances } from "./balance.ts";

const BIGINT_MAX = 2n ** 63n - 1n;

const { stage, sql } = stageWithSql();

test("an organisation that was charged more than can be counted owes the most that can; the others are read as ever", async () => {
  const { ours, theirs } = stage();
  const spend = (servedModel: string, cost: bigint) =>
    stage().record({ orgId: ours.id, servedModel, cost: nanoUsd(cost), requestedModel: servedModel });
  await stage().record({ orgId: theirs.id, cost: nanoUsd(7n) });
  await spend("one", BIGINT_MAX);
  expect(await readAvailable(sql(), [ours.id])).toEqual(new Map([[ours.id, -BIGINT_MAX]]));
  await spend("two", BIGINT_MAX);
  const expected = new Map([
    [ours.id, -BIGINT_MAX - 1n],
    [theirs.id, -7n],
  ]);
  expect(await readAvailable(sql(), [ours.id, theirs.id])).toEqual(expected);
  const balances = await readBalances(stage().db, [ours.id, theirs.id]);
  expect(new Map([...balances].map(([orgId, { available }]) => [orgId, available]))).toEqual(expected);
});
