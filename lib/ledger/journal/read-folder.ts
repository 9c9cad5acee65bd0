import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { NO_USAGE } from "#lib/base/request-record";
import { nanoUsd } from "#lib/base/units";
import { usageRowOf } from "../usage-row.ts";
import { readFrames } from "./frame.ts";
import type { Admission } from "./journal.ts";

export type JournalContents = {
  /** Rows ready for the database: settled ones as they were, unsettled ones as `interrupted` at their last checkpoint. */
  readonly rows: readonly { readonly id: string; readonly json: string }[];
  readonly interrupted: number;
  /** Bytes at the ends of segments that are cut or damaged. */
  readonly damagedBytes: number;
};

const text = z.string();
const nullable = z.string().nullable();
const admission = z.object({
  id: z.uuid(),
  admittedAtMs: z.number(),
  orgId: nullable,
  projectId: nullable,
  memberId: nullable,
  keyId: nullable,
  endpoint: text,
  requestedModel: text,
  servedModel: text,
  provider: text,
  deployment: text,
  isStream: z.boolean(),
  isTest: z.boolean(),
  configVersion: z.int(),
});
const usage = z.object({
  inputTokens: z.int(),
  cachedInputTokens: z.int(),
  cacheWriteTokens: z.int(),
  outputTokens: z.int(),
  reasoningTokens: z.int(),
  isEstimated: z.boolean(),
});
const checkpoint = z.object({ id: z.uuid(), usage, cost: text, upstreamCost: text, durationMs: z.number() });
const settled = z.object({ id: z.uuid() });

type Checkpoint = z.infer<typeof checkpoint>;

/** Reads the journal a dead process left: what it had settled, and what it was in the middle of. */
export function readFolder(folder: string): JournalContents {
  const rows: { id: string; json: string }[] = [];
  const admitted = new Map<string, Admission>();
  const checkpoints = new Map<string, Checkpoint>();
  let damagedBytes = 0;
  for (const name of segmentNames(folder)) {
    const bytes = readFileSync(join(folder, name));
    const { frames, readBytes } = readFrames(bytes);
    damagedBytes += bytes.length - readBytes;
    for (const frame of frames) {
      const value: unknown = JSON.parse(frame.text);
      if (frame.kind === "a") {
        const request = admission.parse(value);
        admitted.set(request.id, request);
      } else if (frame.kind === "c") {
        const state = checkpoint.parse(value);
        checkpoints.set(state.id, state);
      } else {
        const { id } = settled.parse(value);
        admitted.delete(id);
        rows.push({ id, json: frame.text });
      }
    }
  }
  for (const request of admitted.values())
    rows.push({ id: request.id, json: interruptedRow(request, checkpoints.get(request.id)) });
  return { rows, interrupted: admitted.size, damagedBytes };
}

/** Names of the segments in the order they were written. */
const segmentNames = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^\d{8}\.log$/.test(name))
    .sort();

/** A request whose process died is billed to its last checkpoint; without one, nothing is known and nothing is billed. */
const interruptedRow = (request: Admission, last: Checkpoint | undefined): string =>
  usageRowOf({
    ...request,
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
