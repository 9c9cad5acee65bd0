import { AppError } from "#lib/base/errors";
import type { RequestRecord } from "#lib/base/request-record";
import { usageRowOf } from "../usage-row.ts";
import { createFrameBuffer, type FrameKind } from "./frame.ts";
import type { Segment, Segments } from "./segments.ts";

/** A finished row on its way to the database, and the segments to release once it is there. */
export type SettledRow = {
  readonly id: string;
  readonly json: string;
  readonly kind: FrameKind;
  readonly segments: Segment[];
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
  readonly admit: (request: Admission) => void;
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

/** Settled records that wait for the end of the turn; beyond it they are written at once. */
const WAITING_MAX = 256;

/**
 * The write-ahead journal of one process. `admit` and `checkpoint` have reached the operating system when the call
 * returns (a kill can overtake an asynchronous write); a settled record has by the end of the event loop's turn, since the
 * records of one turn share a write. `admit` throws `journal_full` when the disk is full or too much waits for the
 * database; the other calls never throw.
 */
export function createJournal(segments: Segments, onLost: (what: string, error: unknown) => void): Journal {
  const frames = createFrameBuffer();
  const admitted = new Map<string, Segment>();
  let queue: SettledRow[] = [];
  let waiting: SettledRow[] = [];
  let inFlight = 0;

  /** Writes the settled records of this turn, and with them the one frame that cannot wait. */
  const write = (kind?: FrameKind, text = ""): Segment => {
    for (const row of waiting) frames.add(row.kind, row.json);
    if (kind) frames.add(kind, text);
    const rows = waiting;
    waiting = [];
    try {
      const segment = segments.append(frames.take());
      segment.open += rows.length;
      for (const row of rows) row.segments.push(segment);
      return segment;
    } catch (error) {
      // The rows are still in memory and go to the database from there; only a kill before that would lose them.
      if (rows.length > 0) onLost(`${rows.length} settled rows not journalled`, error);
      throw error;
    }
  };
  const writeWaiting = () => {
    try {
      if (waiting.length > 0) write();
    } catch {
      // Reported where it happened.
    }
  };
  const enqueue = (kind: FrameKind, record: RequestRecord) => {
    const opened = admitted.get(record.id);
    admitted.delete(record.id);
    const row: SettledRow = { kind, id: record.id, json: usageRowOf(record), segments: opened ? [opened] : [] };
    if (waiting.length === 0) setImmediate(writeWaiting);
    waiting.push(row);
    queue.push(row);
    if (waiting.length >= WAITING_MAX) writeWaiting();
  };

  return {
    admit(request) {
      if (queue.length + admitted.size >= QUEUED_MAX) throw full("too many records wait for the database");
      try {
        const segment = write("a", JSON.stringify(request));
        segment.open++;
        admitted.set(request.id, segment);
      } catch (cause) {
        throw full("the journal cannot be written", cause);
      }
    },
    checkpoint(id, state) {
      try {
        write("c", checkpointText(id, state));
      } catch (error) {
        onLost("checkpoint not journalled", error);
      }
    },
    settle: (record) => enqueue("s", record),
    note: (record) => enqueue("n", record),
    take: (max) => {
      writeWaiting();
      const taken = queue.slice(0, max);
      queue = queue.slice(max);
      inFlight += taken.length;
      return taken;
    },
    putBack: (rows) => {
      inFlight -= rows.length;
      queue = [...rows, ...queue];
    },
    release: (rows) => {
      inFlight -= rows.length;
      for (const row of rows) for (const segment of row.segments) segments.release(segment);
    },
    depth: () => ({ admitted: admitted.size, queued: queue.length, inFlight }),
  };
}

const checkpointText = (id: string, { usage, cost, upstreamCost, durationMs }: Checkpoint) =>
  JSON.stringify({ id, usage, cost: String(cost), upstreamCost: String(upstreamCost), durationMs });

const full = (detail: string, cause?: unknown) =>
  new AppError("journal_full", "The gateway cannot record requests at the moment.", { detail, cause, retryAfterS: 5 });
