import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import { NO_USAGE } from "#lib/base/request-record";
import { nanoUsd } from "#lib/base/units";
import { endedRowOf } from "../usage-row.ts";
import { type FrameKind, readFrames } from "./frame.ts";

export type JournalContents = {
  /** Rows ready for the database: settled ones as they were, unsettled ones as `interrupted` at their last checkpoint. */
  readonly rows: readonly { readonly id: string; readonly json: string }[];
  readonly interrupted: number;
  /** Bytes that are cut or damaged. */
  readonly damagedBytes: number;
  /** Something is damaged that no kill explains. */
  readonly isDamaged: boolean;
};

const usage = z.object({
  inputTokens: z.int(),
  cachedInputTokens: z.int(),
  cacheWriteTokens: z.int(),
  outputTokens: z.int(),
  reasoningTokens: z.int(),
  isEstimated: z.boolean(),
});
const nano = z.string().regex(/^-?\d+$/);
const checkpoint = z.object({ id: z.uuid(), usage, cost: nano, upstreamCost: nano, durationMs: z.number() });
const identified = z.object({ id: z.uuid() });

type Checkpoint = z.infer<typeof checkpoint>;

/** Reads the journal a dead process left: what it had settled, and what it was in the middle of. */
export function readFolder(folder: string): JournalContents {
  const reading = startReading();
  for (const name of segmentNames(folder)) for (const _ of reading.segment(readFileSync(join(folder, name))));
  return reading.contents();
}

/** The same in a process that serves: it takes a turn of the event loop again and again. */
export async function readFolderInTurns(folder: string): Promise<JournalContents> {
  const reading = startReading();
  for (const name of segmentNames(folder)) {
    let texts = 0;
    for (const read of reading.segment(await readFile(join(folder, name)))) {
      texts += read;
      if (texts < TEXTS_PER_TURN) continue;
      texts = 0;
      await nextTurn();
    }
  }
  return reading.contents();
}

/** Takes about 10 ms. */
const TEXTS_PER_TURN = 500;

function startReading() {
  const rows: { id: string; json: string }[] = [];
  const admitted = new Map<string, string>();
  const checkpoints = new Map<string, Checkpoint>();
  let damagedBytes = 0;
  let isDamaged = false;
  const take = (kind: FrameKind, text: string) => {
    try {
      const value: unknown = JSON.parse(text);
      const { id } = identified.parse(value);
      if (kind === "c") checkpoints.set(id, checkpoint.parse(value));
      else if (kind === "a") admitted.set(id, text);
      else {
        admitted.delete(id);
        rows.push({ id, json: text });
      }
    } catch {
      // One text that is none keeps nobody from the others.
      damagedBytes += Buffer.byteLength(text);
      isDamaged = true;
    }
  };
  return {
    /** Reads one segment, frame by frame; tells of each how many texts it held. */
    *segment(bytes: Buffer): Generator<number> {
      const read = readFrames(bytes);
      damagedBytes += bytes.length - read.readBytes;
      isDamaged ||= read.isDamaged;
      for (const { kind, texts } of read.frames) {
        for (const text of texts) take(kind, text);
        yield texts.length;
      }
    },
    contents(): JournalContents {
      for (const [id, admission] of admitted) rows.push({ id, json: interruptedRow(admission, checkpoints.get(id)) });
      return { rows, interrupted: admitted.size, damagedBytes, isDamaged };
    },
  };
}

/** Names of the segments in the order they were written. */
const segmentNames = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^\d{8}\.log$/.test(name))
    .sort();

/** A request whose process died is billed to its last checkpoint; without one, nothing is known and nothing is billed. */
const interruptedRow = (admission: string, last: Checkpoint | undefined): string =>
  endedRowOf(admission, {
    status: 500,
    outcome: "interrupted",
    errorCode: "interrupted",
    requests: 1,
    attempts: [],
    rejected: [],
    cache: "bypass",
    usage: last?.usage ?? NO_USAGE,
    cost: nanoUsd(BigInt(last?.cost ?? "0")),
    upstreamCost: nanoUsd(BigInt(last?.upstreamCost ?? "0")),
    durationMs: last?.durationMs ?? 0,
    firstByteMs: null,
  });
