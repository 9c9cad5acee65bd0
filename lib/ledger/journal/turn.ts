import { type FrameBuffer, SEPARATOR } from "./frame.ts";
import { countOf, type Place, type SettledRows } from "./row-queue.ts";
import type { Segment, Segments } from "./segments.ts";

/** A request under way, with the columns of its row that are known until that is written. */
export type Admitted = { readonly id: string; columns: string; readonly place: Place };

/** Texts of one frame, and the places of the requests under way that they speak of. */
type Run = { text: string; count: number; readonly places: Place[] };

/** What a turn of the event loop has put into the journal and not yet written. */
export type Turn = {
  readonly admitted: Admitted[];
  readonly admissions: Run[];
  readonly checkpoints: Run[];
  readonly rows: Run[];
  readonly written: PromiseWithResolvers<void>;
  readonly openedMs: number;
};

/** Begins a turn with nothing in it. */
export function newTurn(): Turn {
  const written = Promise.withResolvers<void>();
  // Only those who were admitted wait for it; without any, nobody minds its failure.
  written.promise.catch(() => undefined);
  return { admitted: [], admissions: [], checkpoints: [], rows: [], written, openedMs: performance.now() };
}

/** A run is closed once it is this long: one text is about a kilobyte. */
const RUN_CHARS_MAX = 64 * 1024;

/** Adds a text to the last run, or begins one. */
export function put(runs: Run[], text: string, place?: Place): void {
  const last = runs.at(-1);
  const run = last && last.text.length < RUN_CHARS_MAX ? last : { text: "", count: 0, places: [] };
  if (run !== last) runs.push(run);
  run.text += run.count === 0 ? text : SEPARATOR + text;
  run.count++;
  if (place) run.places.push(place);
}

type LaidOut = { readonly bytes: Buffer; readonly rows: readonly Omit<SettledRows, "closed" | "sinceMs">[] };

/** Lays a turn out as frames, admissions before what came of them; gives the bytes to write, and where in them the rows are. */
export function layOut({ admissions, checkpoints, rows }: Turn, frames: FrameBuffer): LaidOut {
  for (const { text } of admissions) frames.add("a", text);
  for (const { text } of checkpoints) frames.add("c", text);
  const laid = rows.map(({ text, count, places }) => ({ ...frames.add("s", text), count, places }));
  const bytes = frames.take();
  return {
    bytes,
    rows: laid.map(({ start, end, count, places }) => ({ json: bytes.subarray(start, end), count, places })),
  };
}

/**
 * Notes in which segment a turn was written. It is held there by each row, by each admission until the row of its request is
 * in the database, and by the last checkpoint of a request as by its admission.
 */
export function holdSegment(turn: Turn, segment: Segment, segments: Pick<Segments, "release">): void {
  const { admitted, checkpoints, rows } = turn;
  segment.open += admitted.length + countOf(rows);
  for (const { place } of admitted) place.segment = segment;
  for (const { places } of checkpoints) {
    for (const place of places) {
      segment.open++;
      segments.release(place.checkpoint, 1);
      place.checkpoint = segment;
    }
  }
}
