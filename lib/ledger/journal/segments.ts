import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";

const SEGMENT_BYTES = 8 * 1024 * 1024;

/** One file of the journal. `open` counts what in it is still needed. */
export type Segment = { readonly path: string; open: number; bytes: number };

export type Segments = {
  /** Appends bytes to the current segment; they have reached the operating system when it returns. */
  readonly append: (bytes: Uint8Array) => Segment;
  /** Says that so much of a segment is needed no more; an old one of which nothing is needed is deleted. Takes none for nothing. */
  readonly release: (segment: Segment | undefined, count: number) => void;
  readonly close: () => void;
};

/** Opens the segment files of one process instance in a folder of its own. */
export function openSegments(folder: string, isSynced: boolean): Segments {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let sequence = 0;
  let descriptor = -1;
  let isTorn = false;
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
    if (segment === current || segment.open > 0) return;
    try {
      unlinkSync(segment.path);
    } catch {
      // It is read again some day, and what is in it is in the database already.
    }
  };
  const beginNext = () => {
    const before = current;
    current = next();
    isTorn = false;
    removeIfDone(before);
  };
  /** A torn frame would hide every later one from the reader, and so would one that was refused and is there all the same. */
  const cutBack = () => {
    try {
      ftruncateSync(descriptor, current.bytes);
    } catch {
      isTorn = true;
    }
  };

  return {
    append(bytes) {
      if (isTorn || current.bytes >= SEGMENT_BYTES) beginNext();
      try {
        writeWhole(descriptor, bytes);
        if (isSynced) fsyncSync(descriptor);
      } catch (error) {
        cutBack();
        throw error;
      }
      current.bytes += bytes.length;
      return current;
    },
    release(segment, count) {
      if (segment === undefined) return;
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
