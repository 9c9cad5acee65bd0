import { AppError } from "#lib/base/errors";
import type { AdmittedRequest, Checkpoint, RequestRecord } from "#lib/base/request-record";
import { admissionText, admittedColumns, usageRowOf } from "../usage-row.ts";
import { createFrameBuffer } from "./frame.ts";
import { countOf, createRowQueue, type RowQueue } from "./row-queue.ts";
import type { Segment, Segments } from "./segments.ts";
import { type Admitted, holdSegment, layOut, newTurn, put, type Turn } from "./turn.ts";

export type Journal = Pick<RowQueue, "take" | "putBack" | "release"> & {
  readonly admit: (request: AdmittedRequest) => Promise<void>;
  readonly checkpoint: (id: string, state: Checkpoint) => void;
  readonly settle: (record: RequestRecord) => void;
  readonly note: (record: RequestRecord) => void;
  /** Requests under way, rows waiting, and rows taken but not yet released or put back. */
  readonly depth: () => ReturnType<RowQueue["depth"]> & { readonly admitted: number };
  /** True when so much waits for the database that nothing more should be begun. */
  readonly isFull: () => boolean;
  /** A moment of `performance.now()`: what was settled before it is in the database, or in its quarantine. */
  readonly recordedUntilMs: () => number;
};

/** About 100 MB of rows: beyond it the database has been away too long, and admission stops. */
const QUEUED_MAX = 100_000;

/**
 * The write-ahead journal of one process. The records of one turn of the event loop share one write (`writeSync`: a kill
 * can overtake an asynchronous one): as soon as those admitted together have all been taken, or else when the turn ends.
 * `admit` resolves when its record has reached the operating system, and rejects with `journal_full` when the disk is full
 * or too much waits for the database; the other calls neither wait nor throw.
 */
export function createJournal(segments: Segments, onLost: (what: string, error: unknown) => void): Journal {
  const frames = createFrameBuffer();
  const admitted = new Map<string, Admitted>();
  const queue = createRowQueue(segments);
  let turn: Turn | undefined;

  const openTurn = (): Turn => {
    if (turn === undefined) setImmediate(endTurn);
    turn ??= newTurn();
    return turn;
  };
  const endTurn = () => {
    if (turn === undefined) return;
    const ending = turn;
    turn = undefined;
    const { bytes, rows } = layOut(ending, frames);
    const closed = append(bytes, ending);
    for (const settled of rows) queue.add({ ...settled, closed, sinceMs: ending.openedMs });
  };
  const append = (bytes: Uint8Array, ending: Turn): Segment | undefined => {
    try {
      const segment = segments.append(bytes);
      holdSegment(ending, segment, segments);
      ending.written.resolve();
      return segment;
    } catch (error) {
      const settled = countOf(ending.rows);
      // Settled rows are still in memory and go to the database from there; only a kill before that would lose them.
      if (settled > 0) onLost(`${settled} settled rows not journalled`, error);
      for (const { id } of ending.admitted) admitted.delete(id);
      ending.written.reject(full("the journal cannot be written", error));
      return undefined;
    }
  };
  const enqueue = (record: RequestRecord) => {
    const request = admitted.get(record.id);
    admitted.delete(record.id);
    put(openTurn().rows, usageRowOf(record, request?.columns), request?.place);
    // A Map that cleans itself leaves its old table to the next full collection, with all that was ever in it (base/roster.ts).
    if (request) request.columns = "";
  };

  const isFull = () => queue.depth().queued + admitted.size >= QUEUED_MAX;

  return {
    admit(request) {
      if (isFull()) return Promise.reject(full("too many records wait"));
      const { admitted: begun, admissions, written } = openTurn();
      const { id } = request;
      const entry = { id, columns: admittedColumns(request), place: { segment: undefined, checkpoint: undefined } };
      if (begun.push(entry) === 1) process.nextTick(endTurn);
      admitted.set(id, entry);
      put(admissions, admissionText(request, entry.columns));
      return written.promise;
    },
    checkpoint: (id, state) => put(openTurn().checkpoints, checkpointText(id, state), admitted.get(id)?.place),
    settle: enqueue,
    note: enqueue,
    take(enough) {
      endTurn();
      return queue.take(enough);
    },
    putBack: queue.putBack,
    release: queue.release,
    depth() {
      const { queued, inFlight } = queue.depth();
      return { admitted: admitted.size, queued: queued + countOf(turn?.rows ?? []), inFlight };
    },
    isFull,
    recordedUntilMs: () => queue.oldestMs() ?? turn?.openedMs ?? performance.now(),
  };
}

const checkpointText = (id: string, { usage, cost, upstreamCost, durationMs }: Checkpoint) =>
  JSON.stringify({ id, usage, cost: String(cost), upstreamCost: String(upstreamCost), durationMs });

const full = (detail: string, cause?: unknown) =>
  new AppError("journal_full", "The gateway cannot record requests at the moment.", { detail, cause, retryAfterS: 5 });
