import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";

const SEGMENT_BYTES = 8 * 1024 * 1024;

/** One file of the journal. `open` counts what in it is not yet in the database. */
export type Segment = { readonly path: string; open: number; bytes: number };

export type Segments = {
  /** Appends bytes to the current segment; they have reached the operating system when it returns. */
  readonly append: (bytes: Uint8Array) => Segment;
  /** Says that so much of a segment is in the database now; an empty old segment is deleted. */
  readonly release: (segment: Segment, count: number) => void;
  readonly close: () => void;
};

/** Opens the segment files of one process instance in a folder of its own. */
export function openSegments(folder: string, isSynced: boolean): Segments {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let sequence = 0;
  let descriptor = -1;
  let current = next();

  function next(): Segment {
    sequence++;
    const path = join(folder, `${String(sequence).padStart(8, "0")}.log`);
    const opened = openSync(path, "a", 0o600);
    if (descriptor >= 0) closeSync(descriptor);
    descriptor = opened;
    return { path, open: 0, bytes: 0 };
  }

  const removeIfDone = (segment: Segment) => {
    if (segment !== current && segment.open === 0) unlinkSync(segment.path);
  };

  return {
    append(bytes) {
      if (current.bytes >= SEGMENT_BYTES) {
        const full = current;
        current = next();
        removeIfDone(full);
      }
      try {
        writeWhole(descriptor, bytes);
      } catch (error) {
        // A torn frame in the middle would hide every later one from the reader.
        ftruncateSync(descriptor, current.bytes);
        throw error;
      }
      if (isSynced) fsyncSync(descriptor);
      current.bytes += bytes.length;
      return current;
    },
    release(segment, count) {
      segment.open -= count;
      removeIfDone(segment);
    },
    close: () => closeSync(descriptor),
  };
}

/** A write may be partial on a nearly full disk: the rest is tried again, and then fails with the system's reason. */
function writeWhole(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written, bytes.length - written);
}
