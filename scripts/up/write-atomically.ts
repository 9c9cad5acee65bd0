import { renameSync, writeFileSync } from "node:fs";

/** Replaces a file whole, readable by its owner only: a reader sees the old text or the new. */
export function writeAtomically(file: string, text: string) {
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
}
