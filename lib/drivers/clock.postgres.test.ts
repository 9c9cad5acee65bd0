import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openClock } from "./clock.postgres.ts";

const HOUR_MS = 3_600_000;

/** A database whose answers take so long and say so many hours more than it is, one after the other; the last stays. */
function databaseOf(...answers: readonly { readonly takesMs: number; readonly hours: number }[]) {
  let asked = 0;
  return {
    query: async <Row extends object>() => {
      const { takesMs = 0, hours = 0 } = answers[Math.min(asked++, answers.length - 1)] ?? {};
      await sleep(takesMs);
      const rows: object[] = [{ ms: String(Date.now() + hours * HOUR_MS) }];
      return { rows: rows as Row[] };
    },
  };
}

async function open(database: ReturnType<typeof databaseOf>) {
  const clock = await openClock(database);
  onTestFinished(clock.close);
  return () => Math.round((clock.now() - Date.now()) / HOUR_MS);
}

test("follows the database's time, also over a line that is slow from the start", async () => {
  expect((await open(databaseOf({ takesMs: 1, hours: 1 })))()).toBe(1);
  expect((await open(databaseOf({ takesMs: 600, hours: 1 })))()).toBe(1);
});

test("an answer that took long is soon asked for again, and a worse one is not believed", {
  timeout: 10_000,
}, async () => {
  const hoursAhead = await open(
    databaseOf({ takesMs: 700, hours: 3 }, { takesMs: 900, hours: 2 }, { takesMs: 1, hours: 1 }),
  );
  const seen = new Set<number>();
  const look = () => {
    seen.add(hoursAhead());
    return hoursAhead();
  };
  await expect.poll(look, { timeout: 8_000 }).toBe(1);
  expect([...seen]).toEqual([3, 1]);
});
