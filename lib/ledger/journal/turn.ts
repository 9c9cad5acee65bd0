import { type FrameBuffer, SEPARATOR } from "./frame.ts";
import type { SettledRows } from "./row-queue.ts";
import type { Segment } from "./segments.ts";

/** A request under way: the columns of its row that are known, and where its admission stands once it is written. */
export type Admitted = { readonly id: string; readonly columns: string; segment: Segment | undefined };

/** Texts of one frame, and for rows where their requests were admitted. */
type Run = { text: string; count: number; readonly opened: Segment[] };

/** What a turn of the event loop has put into the journal and not yet written. */
export type Turn = {
  readonly admitted: Admitted[];
  readonly admissions: Run[];
  readonly checkpoints: Run[];
  readonly rows: Run[];
  readonly written: PromiseWithResolvers<void>;
};

/** Begins a turn with nothing in it. */
export function newTurn(): Turn {
  const written = Promise.withResolvers<void>();
  // Only those who were admitted wait for it; without any, nobody minds its failure.
  written.promise.catch(() => undefined);
  return { admitted: [], admissions: [], checkpoints: [], rows: [], written };
}

/** A run is closed once it is this long, far below what a reader takes for damage: one text is about a kilobyte. */
const RUN_CHARS_MAX = 64 * 1024;

/** Adds a text to the last run, or begins one; gives the run. */
export function put(runs: Run[], text: string): Run {
  const last = runs.at(-1);
  if (last && last.text.length < RUN_CHARS_MAX) {
    last.text += SEPARATOR + text;
    last.count++;
    return last;
  }
  const run = { text, count: 1, opened: [] };
  runs.push(run);
  return run;
}

type LaidOut = { readonly bytes: Buffer; readonly rows: readonly Omit<SettledRows, "closed">[] };

/** Lays a turn out as frames, admissions before what came of them; gives the bytes to write, and where in them the rows are. */
export function layOut({ admissions, checkpoints, rows }: Turn, frames: FrameBuffer): LaidOut {
  for (const { text } of admissions) frames.add("a", text);
  for (const { text } of checkpoints) frames.add("c", text);
  const laid = rows.map(({ text, count, opened }) => ({ ...frames.add("s", text), count, opened }));
  const bytes = frames.take();
  return {
    bytes,
    rows: laid.map(({ start, end, count, opened }) => ({ json: bytes.subarray(start, end), count, opened })),
  };
}
