import { AppError } from "#lib/base/errors";
import type { RequestRecord } from "#lib/base/request-record";
import { usageRowOf } from "../usage-row.ts";
import { createFrameEncoder, type FrameKind } from "./frame.ts";
import type { Segment, Segments } from "./segments.ts";

/** A finished row on its way to the database, and the segments to release once it is there. */
export type SettledRow = { readonly id: string; readonly json: string; readonly segments: readonly Segment[] };

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

export type Journal = {
  readonly admit: (request: Admission) => void;
  readonly checkpoint: (
    id: string,
    state: Pick<RequestRecord, "usage" | "cost" | "upstreamCost" | "durationMs">,
  ) => void;
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

/**
 * The write-ahead journal of one process. A record has reached the operating system when the call returns (a kill can
 * overtake an asynchronous write). `admit` throws `journal_full` when the disk is full or too much waits for the database;
 * the other calls never throw.
 */
export function createJournal(segments: Segments, onLost: (what: string, error: unknown) => void): Journal {
  const encode = createFrameEncoder();
  const admitted = new Map<string, Segment>();
  let queue: SettledRow[] = [];
  let inFlight = 0;

  const append = (kind: FrameKind, text: string): Segment => {
    const segment = segments.append(encode(kind, text));
    return segment;
  };
  const enqueue = (kind: FrameKind, record: RequestRecord) => {
    const json = usageRowOf(record);
    const held: Segment[] = [];
    const opened = admitted.get(record.id);
    if (opened) held.push(opened);
    admitted.delete(record.id);
    try {
      const segment = append(kind, json);
      segment.open++;
      held.push(segment);
    } catch (error) {
      // The row is still in memory and goes to the database from there; only a kill before that would lose it.
      onLost("settled row not journalled", error);
    }
    queue.push({ id: record.id, json, segments: held });
  };

  return {
    admit(request) {
      if (queue.length + admitted.size >= QUEUED_MAX) throw full("too many records wait for the database");
      try {
        const segment = append("a", JSON.stringify(request));
        segment.open++;
        admitted.set(request.id, segment);
      } catch (cause) {
        throw full("the journal cannot be written", cause);
      }
    },
    checkpoint(id, state) {
      const { usage, cost, upstreamCost, durationMs } = state;
      const text = JSON.stringify({ id, usage, cost: String(cost), upstreamCost: String(upstreamCost), durationMs });
      try {
        append("c", text);
      } catch (error) {
        onLost("checkpoint not journalled", error);
      }
    },
    settle: (record) => enqueue("s", record),
    note: (record) => enqueue("n", record),
    take: (max) => {
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

const full = (detail: string, cause?: unknown) =>
  new AppError("journal_full", "The gateway cannot record requests at the moment.", { detail, cause, retryAfterS: 5 });
