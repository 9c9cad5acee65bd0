import type { Segment, Segments } from "./segments.ts";

/** Where the admission and the last checkpoint of a request stand, once they are written. Outlives the request until its row is in the database. */
export type Place = { segment: Segment | undefined; checkpoint: Segment | undefined };

/** Finished rows on their way to the database, and the segments to release once they are there: where their requests stand, and where they ended. */
export type SettledRows = {
  readonly json: Uint8Array;
  readonly count: number;
  readonly places: readonly Readonly<Place>[];
  readonly closed: Segment | undefined;
  /** When the first of them may have been settled, by the monotonic clock. */
  readonly sinceMs: number;
};

export type RowQueue = {
  readonly add: (rows: SettledRows) => void;
  /** Takes rows out, oldest first, until there are at least `enough` or none is left. */
  readonly take: (enough: number) => SettledRows[];
  readonly putBack: (taken: readonly SettledRows[]) => void;
  readonly release: (taken: readonly SettledRows[]) => void;
  /** Rows that wait, and rows taken but not yet released or put back. */
  readonly depth: () => { readonly queued: number; readonly inFlight: number };
  /** Since when the oldest of them waits. */
  readonly oldestMs: () => number | undefined;
};

/** Keeps finished rows until the database has them. */
export function createRowQueue(segments: Pick<Segments, "release">): RowQueue {
  let queue: SettledRows[] = [];
  let queued = 0;
  let inFlight = 0;
  const taken = new Set<SettledRows>();
  return {
    add(rows) {
      queue.push(rows);
      queued += rows.count;
    },
    take(enough) {
      let rows = 0;
      let end = 0;
      while (end < queue.length && rows < enough) rows += queue[end++]?.count ?? 0;
      queued -= rows;
      inFlight += rows;
      const out = queue.splice(0, end);
      for (const part of out) taken.add(part);
      return out;
    },
    putBack(parts) {
      const rows = countOf(parts);
      for (const part of parts) taken.delete(part);
      inFlight -= rows;
      queued += rows;
      queue = [...parts, ...queue];
    },
    release(parts) {
      inFlight -= countOf(parts);
      for (const part of parts) {
        taken.delete(part);
        const { count, places, closed } = part;
        for (const { segment, checkpoint } of places) {
          segments.release(segment, 1);
          segments.release(checkpoint, 1);
        }
        segments.release(closed, count);
      }
    },
    depth: () => ({ queued, inFlight }),
    oldestMs() {
      const [first = queue[0]] = taken;
      return first?.sinceMs;
    },
  };
}

export const countOf = (parts: readonly { readonly count: number }[]): number =>
  parts.reduce((sum, { count }) => sum + count, 0);
