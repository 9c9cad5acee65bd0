import { expect, it } from "vitest";
import { newId } from "#lib/base/ids";
import { createLog } from "#lib/platform/log";
import { openTestJournal } from "#tests/support/journal";
import { recordOf } from "#tests/support/request-record";
import { startFlusher } from "./flusher.ts";

const log = createLog("gateway", "error", () => undefined);
const endOfTurn = () => new Promise((resolve) => setImmediate(resolve));

type Asked = string | { readonly name: string; readonly values: readonly [Buffer] };

/** A database that applies rows as it is told to. `usage_quarantine` is asked in plain text. */
function databaseOf(answer: (rows: readonly { readonly id: string }[], isQuarantine: boolean) => void) {
  const query = async (asked: Asked) => {
    const rows = typeof asked === "string" ? [] : JSON.parse(asked.values[0].subarray(1).toString());
    answer(rows, typeof asked === "string");
    return { rows: [], rowCount: 0 };
  };
  const connect = () => Promise.reject(new Error("no connection is asked for"));
  return { query, connect, end: async () => undefined } as never;
}

const failing = (code: string) => Object.assign(new Error(code), { code });

it("a batch that takes the database too long is tried again as smaller ones", async () => {
  const journal = openTestJournal();
  const applied: number[] = [];
  for (let turn = 0; turn < 60; turn++) {
    for (let row = 0; row < 100; row++) journal.settle(recordOf());
    await endOfTurn();
  }
  const sql = databaseOf((rows) => {
    if (rows.length > 700) throw failing("57014");
    applied.push(rows.length);
  });
  const flusher = startFlusher(journal, sql, log);
  expect(await flusher.drain(20_000)).toBe(true);
  await flusher.stop();
  expect(applied.reduce((sum, rows) => sum + rows, 0)).toBe(6_000);
});

it("what is in the database is released, though a row beside it can be put nowhere", async () => {
  const journal = openTestJournal();
  const bad = newId();
  for (const id of [newId(), bad, newId(), newId()]) {
    journal.settle(recordOf({ id }));
    await endOfTurn();
  }
  const sql = databaseOf((rows, isQuarantine) => {
    if (isQuarantine) throw failing("53100");
    if (rows.some(({ id }) => id === bad)) throw failing("22003");
  });
  const flusher = startFlusher(journal, sql, log);
  await expect.poll(() => journal.depth().queued, { timeout: 5_000 }).toBe(3);
  await expect.poll(() => journal.depth().queued + journal.depth().inFlight, { timeout: 5_000 }).toBe(3);
  await flusher.stop();
});
