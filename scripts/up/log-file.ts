import { closeSync, copyFileSync, existsSync, openSync, readSync, renameSync, statSync, truncateSync } from "node:fs";

const POLL_MS = 500;
const BYTES_MAX = 32 * 1024 * 1024;
const READ_BYTES_MAX = 64 * 1024;
const TAIL_BYTES = 8 * 1024;
const TAIL_LINES = 12;

/** Keeps the last run's log beside the new one. */
export function rotateLog(file: string) {
  if (existsSync(file)) renameSync(file, `${file}.1`);
  closeSync(openSync(file, "a", 0o600));
}

/** The last lines of a log, for the message that says why something did not start. */
export function tailOf(file: string) {
  const bytes = readFrom(file, Math.max(0, sizeOf(file) - TAIL_BYTES), TAIL_BYTES);
  const lines = bytes.toString().trimEnd().split("\n");
  return lines
    .filter((line) => !isStackFrame(line))
    .slice(-TAIL_LINES)
    .join("\n");
}

const isStackFrame = (line: string) => /^\s+at\s/.test(line);

/**
 * Follows a log that another process appends to and calls back with each complete line. A log over its size is
 * moved aside: the writer appends, so it goes on at the new beginning. Returns what ends it.
 */
export function followLog(file: string, onLine: (line: string) => void) {
  let position = sizeOf(file);
  // Bytes as latin1, so that a character cut in two by a read is whole again in its line.
  let rest = "";
  const poll = setInterval(() => {
    const size = sizeOf(file);
    if (size < position) position = 0;
    if (size > position) {
      const bytes = readFrom(file, position, Math.min(size - position, READ_BYTES_MAX));
      position += bytes.length;
      const lines = (rest + bytes.toString("latin1")).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(Buffer.from(line, "latin1").toString());
    }
    if (size > BYTES_MAX) {
      copyFileSync(file, `${file}.1`);
      truncateSync(file);
    }
  }, POLL_MS);
  poll.unref();
  return () => clearInterval(poll);
}

function sizeOf(file: string) {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function readFrom(file: string, position: number, length: number) {
  const handle = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(handle, bytes, 0, length, position));
  } finally {
    closeSync(handle);
  }
}
