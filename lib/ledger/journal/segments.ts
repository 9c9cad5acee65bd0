import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { claimFolder, isOwn } from "./owner.ts";

const SEGMENT_BYTES = 8 * 1024 * 1024;
const DISK_FULL = new Set(["ENOSPC", "EDQUOT"]);

/** One file of the journal. `open` counts what in it is still needed. */
export type Segment = { readonly path: string; open: number; bytes: number };

export type Segments = {
  /** Appends bytes to the current segment; they have reached the operating system when it returns. */
  readonly append: (bytes: Uint8Array) => Segment;
  /** Says that so much of a segment is needed no more; an old one of which nothing is needed is deleted. Takes none for nothing. */
  readonly release: (segment: Segment | undefined, count: number) => void;
  /**
   * Sees to it that what is appended goes where a reader will find it: another process that took this one for dead has
   * removed the folder. After an append that failed it tries whether there is room. Throws the system's error while there
   * is none.
   */
  readonly confirm: () => void;
  readonly close: () => void;
};

/**
 * Opens the segment files of one process instance in a folder of its own. On a full disk it opens all the same: each
 * append tries again, so that the process can live to replay the journals that fill the disk.
 */
export function openSegments(folder: string, isSynced: boolean): Segments {
  let sequence = 0;
  let hasFailed = false;
  let current: { readonly segment: Segment; readonly descriptor: number } | undefined;

  const begin = () => {
    claimFolder(folder);
    sequence++;
    const path = join(folder, `${String(sequence).padStart(8, "0")}.log`);
    return { segment: { path, open: 0, bytes: 0 }, descriptor: openSync(path, "a", 0o600) };
  };
  const removeIfDone = (segment: Segment) => {
    if (segment === current?.segment || segment.open > 0) return;
    try {
      unlinkSync(segment.path);
    } catch {
      // It is read again some day, and what is in it is in the database already.
    }
  };
  const leave = () => {
    if (current === undefined) return;
    const { segment, descriptor } = current;
    current = undefined;
    closeSync(descriptor);
    removeIfDone(segment);
  };

  try {
    current = begin();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
  }
  return {
    append(bytes) {
      if (current !== undefined && current.segment.bytes >= SEGMENT_BYTES) leave();
      current ??= begin();
      const { segment, descriptor } = current;
      try {
        writeWhole(descriptor, bytes);
        if (isSynced) fsyncSync(descriptor);
        hasFailed = false;
      } catch (error) {
        hasFailed = true;
        // A torn frame would hide every later one from the reader, and so would one that was refused and is there all the same.
        if (!isCutBack(descriptor, segment.bytes)) leave();
        throw error;
      }
      segment.bytes += bytes.length;
      return segment;
    },
    release(segment, count) {
      if (segment === undefined) return;
      segment.open -= count;
      removeIfDone(segment);
    },
    confirm() {
      // Who took it for dead may have ended in the middle of removing it.
      if (!isOwn(folder) || (current !== undefined && !existsSync(current.segment.path))) leave();
      current ??= begin();
      if (hasFailed) tryToWrite(join(folder, "room"));
      hasFailed = false;
    },
    close: leave,
  };
}

const PROBE = Buffer.alloc(4_096);

function tryToWrite(path: string): void {
  try {
    writeFileSync(path, PROBE, { mode: 0o600 });
  } finally {
    rmSync(path, { force: true });
  }
}

const isDiskFull = (error: unknown) => error instanceof Error && "code" in error && DISK_FULL.has(String(error.code));

function isCutBack(descriptor: number, bytes: number): boolean {
  try {
    ftruncateSync(descriptor, bytes);
    return true;
  } catch {
    return false;
  }
}

/** A write may be partial on a nearly full disk: the rest is tried again, and then fails with the system's reason. */
function writeWhole(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written, bytes.length - written);
}
