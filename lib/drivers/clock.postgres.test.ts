import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openClock } from "./clock.postgres.ts";

const HOUR_MS = 3_600_000;

/** A database whose time is an hour ahead of ours, and that takes so long to say so. */
const hourAhead = (answerMs: number): Parameters<typeof openClock>[0] => ({
  query: async <Row extends object>() => {
    await sleep(answerMs);
    const rows: object[] = [{ ms: String(Date.now() + HOUR_MS) }];
    return { rows: rows as Row[] };
  },
});

async function errorOf(answerMs: number): Promise<number> {
  const clock = await openClock(hourAhead(answerMs));
  onTestFinished(clock.close);
  return Math.abs(clock.now() - Date.now());
}

test("follows the database's time", async () => {
  expect(Math.abs((await errorOf(1)) - HOUR_MS)).toBeLessThan(500);
});

test("does not believe an answer that took long: half of the way there and back may be wrong", async () => {
  expect(await errorOf(600)).toBeLessThan(500);
});
