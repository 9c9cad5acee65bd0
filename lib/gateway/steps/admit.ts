import type { JournalPort } from "../ports.ts";
import type { Admitted } from "../progress.ts";
import { admissionOf } from "./admission-of.ts";

/** Journals a request before any byte of it goes upstream. Refuses with 503 `journal_full` what cannot be written down. */
export const admit = (admitted: Admitted, journal: JournalPort): void | Promise<void> =>
  journal.admit(admissionOf(admitted));
