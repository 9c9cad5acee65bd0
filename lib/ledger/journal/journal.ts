import { AppError } from "#lib/base/errors";
import type { RequestRecord } from "#lib/base/request-record";
import { usageRowOf } from "../usage-row.ts";
import { createFrameBuffer, type FrameKind } from "./frame.ts";
import type { Segment, Segments } from "./segments.ts";

/** A finished row on its way to the database, and the segments to release once it is there: where it began and where it ended. */
export type SettledRow = {
  readonly id: string;
  readonly json: Uint8Array;
  readonly opened: Segment | undefined;
  readonly closed: Segment | undefined;
};

export type Admission = Pick<
  RequestRecord,
  | "id"
  | "admittedAtMs"
  | "orgId"
  | "projectId"
  | "memberId"
  | "keyId"
  | "endpoint"
  | "requestedModel"
  | "servedModel"
  | "provider"
  | "deployment"
  | "isStream"
  | "isTest"
  | "configVersion"
>;

type Checkpoint = Pick<RequestRecord, "usage" | "cost" | "upstreamCost" | "durationMs">;

export type Journal = {
  readonly admit: (request: Admission) => Promise<void>;
  readonly checkpoint: (id: string, state: Checkpoint) => void;
  readonly settle: (record: RequestRecord) => void;
  readonly note: (record: RequestRecord) => void;
  /** Takes at most `max` settled rows out of the queue, oldest first. */
  readonly take: (max: number) => SettledRow[];
  readonly putBack: (rows: readonly SettledRow[]) => void;
  readonly release: (rows: readonly SettledRow[]) => void;
  /** Requests under way, rows waiting, and rows taken but not yet released or put back. */
  readonly depth: () => { readonly admitted: number; readonly queued: number; readonly inFlight: number };
};

/** About 100 MB of rows: beyond it the database has been away too long, and admission stops. */
const QUEUED_MAX = 100_000;

/** Where a row's JSON stands in what the turn writes. */
type Place = { readonly start: number; readonly end: number };

/** What a turn of the event loop has put into the journal and not yet written. */
type Turn = {
  readonly admitted: string[];
  readonly settled: (Place & Pick<SettledRow, "id" | "opened">)[];
  readonly written: PromiseWithResolvers<void>;
};

function newTurn(): Turn {
  const written = Promise.withResolvers<void>();
  // Only those who were admitted wait for it; without any, nobody minds its failure.
  written.promise.catch(() => undefined);
  return { admitted: [], settled: [], written };
}

/**
 * The write-ahead journal of one process. The records of one turn of the event loop share one write (`writeSync`: a kill
 * can overtake an asynchronous one): as soon as those admitted together have all been taken, or else when the turn ends.
 * `admit` resolves when its record has reached the operating system, and rejects with `journal_full` when the disk is full
 * or too much waits for the database; the other calls neither wait nor throw.
 */
export function createJournal(segments: Segments, onLost: (what: string, error: unknown) => void): Journal {
  const frames = createFrameBuffer();
  const admitted = new Map<string, Segment>();
  let queue: SettledRow[] = [];
  let turn: Turn | undefined;
  let inFlight = 0;

  const openTurn = (): Turn => {
    if (turn === undefined) setImmediate(endTurn);
    turn ??= newTurn();
    return turn;
  };
  const endTurn = () => {
    if (turn === undefined) return;
    const ending = turn;
    turn = undefined;
    const bytes = frames.take();
    const segment = append(bytes, ending);
    if (segment) for (const id of ending.admitted) admitted.set(id, segment);
    for (const { id, opened, start, end } of ending.settled)
      queue.push({ id, json: bytes.subarray(start, end), opened, closed: segment });
  };
  const append = (bytes: Uint8Array, { admitted: begun, settled, written }: Turn): Segment | undefined => {
    try {
      const segment = segments.append(bytes);
      segment.open += begun.length + settled.length;
      written.resolve();
      return segment;
    } catch (error) {
      // Settled rows are still in memory and go to the database from there; only a kill before that would lose them.
      if (settled.length > 0) onLost(`${settled.length} settled rows not journalled`, error);
      written.reject(full("the journal cannot be written", error));
      return undefined;
    }
  };
  const enqueue = (kind: FrameKind, record: RequestRecord) => {
    const opened = admitted.get(record.id);
    admitted.delete(record.id);
    const { settled } = openTurn();
    const { start, end } = frames.add(kind, usageRowOf(record));
    settled.push({ id: record.id, opened, start, end });
  };

  return {
    admit(request) {
      if (queue.length + admitted.size >= QUEUED_MAX) return Promise.reject(full("too many records wait"));
      const { admitted: begun, written } = openTurn();
      if (begun.push(request.id) === 1) process.nextTick(endTurn);
      frames.add("a", JSON.stringify(request));
      return written.promise;
    },
    checkpoint(id, state) {
      openTurn();
      frames.add("c", checkpointText(id, state));
    },
    settle: (record) => enqueue("s", record),
    note: (record) => enqueue("n", record),
    take(max) {
      endTurn();
      const taken = queue.splice(0, max);
      inFlight += taken.length;
      return taken;
    },
    putBack(rows) {
      inFlight -= rows.length;
      queue = [...rows, ...queue];
    },
    release(rows) {
      inFlight -= rows.length;
      releaseAll(rows, segments);
    },
    depth: () => ({ admitted: admitted.size, queued: queue.length + (turn?.settled.length ?? 0), inFlight }),
  };
}

function releaseAll(rows: readonly SettledRow[], segments: Segments): void {
  for (const { opened, closed } of rows) {
    if (opened) segments.release(opened);
    if (closed) segments.release(closed);
  }
}

const checkpointText = (id: string, { usage, cost, upstreamCost, durationMs }: Checkpoint) =>
  JSON.stringify({ id, usage, cost: String(cost), upstreamCost: String(upstreamCost), durationMs });

const full = (detail: string, cause?: unknown) =>
  new AppError("journal_full", "The gateway cannot record requests at the moment.", { detail, cause, retryAfterS: 5 });
