import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createJournal } from "#lib/ledger/journal/journal";
import { openSegments } from "#lib/ledger/journal/segments";

/** Opens a journal in a folder that goes when the test does. */
export function openTestJournal() {
  const folder = mkdtempSync(join(tmpdir(), "journal-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return createJournal(openSegments(folder, false), () => undefined);
}
