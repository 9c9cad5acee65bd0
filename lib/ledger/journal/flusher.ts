import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "#lib/platform/log";
import type { Sql } from "#lib/platform/sql";
import { applyRows, isDataError, quarantineRow, type RowsJson } from "./apply.ts";
import { SEPARATOR } from "./frame.ts";
import type { Journal } from "./journal.ts";
import { countOf, type SettledRows } from "./row-queue.ts";

/** A batch is about as large, while the database can do so many in the time it has. */
const BATCH_ROWS = 2_000;
const PAUSE_MS = 250;
const BACKOFF_MS_MAX = 5_000;

export type Flusher = {
  /** Resolves when everything settled so far is in the database, or when the time is up; says which. */
  readonly drain: (timeoutMs: number) => Promise<boolean>;
  readonly stop: () => Promise<void>;
  /** Milliseconds since the database last took a batch, 0 while nothing waits. */
  readonly lagMs: () => number;
};

/** Moves settled rows to the database in batches, one at a time, for as long as the process lives. A database that is away is waited for. */
export function startFlusher(journal: Journal, sql: Sql, log: Log): Flusher {
  let isStopped = false;
  let lastTakenMs = performance.now();
  let backoffMs = PAUSE_MS;
  let batchRows = BATCH_ROWS;
  let wake = new AbortController();

  const pause = (ms: number) => sleep(ms, undefined, { signal: wake.signal }).catch(() => undefined);
  const flushOnce = async () => {
    const taken = journal.take(batchRows);
    if (taken.length === 0) {
      lastTakenMs = performance.now();
      return pause(PAUSE_MS);
    }
    const rows = countOf(taken);
    const left = new Set(taken);
    const onApplied = (part: SettledRows) => {
      journal.release([part]);
      left.delete(part);
    };
    try {
      await applyBatch(taken, { sql, log, onApplied });
      lastTakenMs = performance.now();
      backoffMs = PAUSE_MS;
      if (rows < batchRows) await pause(PAUSE_MS);
      batchRows = Math.min(BATCH_ROWS, batchRows * 2);
    } catch (error) {
      journal.putBack([...left]);
      log.warn("usage rows wait for the database", { rows: countOf([...left]), error });
      batchRows = Math.max(1, Math.ceil(rows / 2));
      await pause(backoffMs);
      backoffMs = Math.min(BACKOFF_MS_MAX, backoffMs * 2);
    }
  };
  const loop = (async () => {
    while (!isStopped) await flushOnce();
  })();

  return {
    async drain(timeoutMs) {
      const deadlineMs = performance.now() + timeoutMs;
      wake.abort();
      wake = new AbortController();
      while (!isEmpty(journal) && performance.now() < deadlineMs) await sleep(20);
      return isEmpty(journal);
    },
    async stop() {
      isStopped = true;
      wake.abort();
      await loop;
    },
    lagMs: () => (journal.depth().queued === 0 ? 0 : Math.round(performance.now() - lastTakenMs)),
  };
}

const isEmpty = (journal: Journal) => journal.depth().queued === 0 && journal.depth().inFlight === 0;

type Part = { readonly json: RowsJson };

type Applying<Of extends Part> = {
  readonly sql: Sql;
  readonly log: Log;
  /** Told of each part once it is in the database, or in its quarantine: what is beside it may fail by itself. */
  readonly onApplied?: (part: Of) => void;
};

/** Applies parts of one row or several; on bad data halves the batch until the bad row stands alone and goes into quarantine. */
export async function applyBatch<Of extends Part>(parts: readonly Of[], applying: Applying<Of>): Promise<void> {
  const { sql, log, onApplied } = applying;
  try {
    await applyRows(
      sql,
      parts.map(({ json }) => json),
    );
  } catch (error) {
    if (!isDataError(error)) throw error;
    const [first] = parts;
    if (first === undefined || parts.length > 1) return applyHalves(parts, applying);
    const rows = rowsIn(first);
    if (rows.length > 1) await applyHalves(rows, { sql, log });
    else await quarantine(first, error, applying);
  }
  for (const part of parts) onApplied?.(part);
}

async function applyHalves<Of extends Part>(parts: readonly Of[], applying: Applying<Of>): Promise<void> {
  const middle = parts.length >> 1;
  await applyBatch(parts.slice(0, middle), applying);
  await applyBatch(parts.slice(middle), applying);
}

async function quarantine({ json }: Part, error: unknown, { sql, log }: Pick<Applying<Part>, "sql" | "log">) {
  const id = await quarantineRow(sql, { json: Buffer.from(json).toString(), reason: String(error) });
  log.error("usage row quarantined", { id, error });
}

const rowsIn = ({ json }: Part): Part[] =>
  Buffer.from(json)
    .toString()
    .split(SEPARATOR)
    .map((row) => ({ json: row }));
