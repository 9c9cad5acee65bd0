import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { newId } from "#lib/base/ids";
import type { Log } from "#lib/platform/log";
import type { Sql } from "#lib/platform/sql";
import { type Flusher, startFlusher } from "./flusher.ts";
import { createJournal, type Journal } from "./journal.ts";
import { createNoteSampler } from "./note-sampler.ts";
import { lockKeySql, replayDead, type Suspects } from "./replay.ts";
import { openSegments } from "./segments.ts";

const BEAT_MS = 5_000;
/** A database that accepts and never answers must not keep the next beat from coming. */
const LOCK_MS_MAX = 3_000;
const SETTLE_MS_MAX = 1_000;
const SAMPLER_FLUSH_MS = 1_000;
const NOTED_ROWS_PER_SECOND = 50;

export type JournalInstance = {
  readonly id: string;
  readonly journal: Journal;
  readonly flusher: Flusher;
  /** False while nothing can be written down, so that every request is refused. */
  readonly isWritable: () => boolean;
  /** Flushes what is settled, then gives the folder up; what could not be flushed stays for another process. */
  readonly close: (timeoutMs: number) => Promise<void>;
};

type Options = {
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly sql: Sql;
  readonly isSynced: boolean;
  readonly log: Log;
  /** Milliseconds of database time. */
  readonly now: () => number;
  /** What holds the records; the files of the journal folder unless a test takes their place. */
  readonly open?: typeof openSegments;
};

/** Opens the journal of this process in a folder of its own, starts its flusher, and from then on replays what dead processes left. */
export function openJournalInstance(options: Options): JournalInstance {
  const { dataDir, sql, log } = options;
  const id = newId();
  const root = join(dataDir, "journal");
  const folder = join(root, id);
  const segments = (options.open ?? openSegments)(folder, options.isSynced);
  const journal = createJournal(segments, (what, error) => log.error(what, { error }));
  const hasRoom = () => !journal.isFull();
  const sampler = createNoteSampler({
    write: journal.note,
    rowsPerSecond: NOTED_ROWS_PER_SECOND,
    hasRoom,
    now: options.now,
  });
  const flusher = startFlusher(journal, sql, log);
  const lock = holdLock(id, options.databaseUrl);
  const suspects: Suspects = new Map();
  let beating: Promise<void> | undefined;
  let isWritable = true;
  const confirm = () => {
    try {
      segments.confirm();
      isWritable = true;
    } catch (error) {
      isWritable = false;
      log.error("the journal cannot be written", { error });
    }
  };
  const beat = () => {
    confirm();
    beating ??= beatOnce({ id, root, sql, log, suspects }, lock.renew).finally(() => {
      beating = undefined;
    });
  };
  const flushNotes = () => {
    if (hasRoom()) sampler.flush();
  };
  const timers = [setInterval(beat, BEAT_MS), setInterval(flushNotes, SAMPLER_FLUSH_MS)];
  beat();
  return {
    id,
    journal: { ...journal, note: sampler.note },
    flusher,
    isWritable: () => isWritable,
    async close(timeoutMs) {
      for (const timer of timers) clearInterval(timer);
      sampler.flush();
      await untilSettled(journal);
      await flusher.drain(timeoutMs);
      await flusher.stop();
      await beating;
      segments.close();
      // Looked at last of all: a reply may have settled meanwhile.
      const { admitted, queued, inFlight } = journal.depth();
      if (admitted + queued + inFlight === 0) {
        rmSync(folder, { recursive: true, force: true });
        await sql.query("UPDATE gateway_instance SET ended_at = now() WHERE id = $1", [id]).catch(() => undefined);
      }
      await lock.release();
    },
  };
}

/** The last replies settle as their connections close, a moment after the door has. */
async function untilSettled(journal: Journal): Promise<void> {
  const untilMs = performance.now() + SETTLE_MS_MAX;
  while (journal.depth().admitted > 0 && performance.now() < untilMs) await sleep(10);
}

type Beat = Pick<Options, "sql" | "log"> & {
  readonly id: string;
  readonly root: string;
  readonly suspects: Suspects;
};

async function beatOnce({ id, root, sql, log, suspects }: Beat, renewLock: () => Promise<void>): Promise<void> {
  try {
    // First of all: a process that cannot get its lock lives all the same.
    await sql.query(
      `INSERT INTO gateway_instance (id, host, pid) VALUES ($1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET heartbeat_at = now(), ended_at = NULL`,
      [id, hostname(), process.pid],
    );
    await renewLock();
    await replayDead(root, id, { sql, log, suspects });
  } catch (error) {
    log.warn("heartbeat failed", { error });
  }
}

/** Holds the advisory lock that says this owner lives, on a connection of its own; taken anew when the connection broke. */
function holdLock(id: string, databaseUrl: string) {
  let connection: pg.Client | undefined;
  const drop = () => {
    connection = undefined;
  };
  return {
    async renew() {
      if (connection) return;
      const opened = new pg.Client({
        connectionString: databaseUrl,
        connectionTimeoutMillis: LOCK_MS_MAX,
        query_timeout: LOCK_MS_MAX,
        keepAlive: true,
      });
      opened.on("error", drop);
      opened.on("end", drop);
      try {
        await opened.connect();
        await opened.query(`SELECT pg_advisory_lock(${lockKeySql})`, [id]);
        connection = opened;
      } catch (error) {
        // Not waited for: what does not answer does not say good-bye either.
        void opened.end().catch(() => undefined);
        throw error;
      }
    },
    async release() {
      await connection?.end().catch(() => undefined);
    },
  };
}
