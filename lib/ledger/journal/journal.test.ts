import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#lib/base/ids";
import { NO_USAGE, type RequestRecord } from "#lib/base/request-record";
import { nanoUsd } from "#lib/base/units";
import { createFrameBuffer, type FrameKind, readFrames } from "./frame.ts";
import { createJournal } from "./journal.ts";
import { readFolder } from "./read-folder.ts";
import { openSegments } from "./segments.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const segmentsIn = (of: string) => readdirSync(of).filter((name) => name.endsWith(".log"));

const admissionOf = (id: string) => ({
  id,
  admittedAtMs: 1_790_000_000_000,
  orgId: newId(),
  projectId: null,
  memberId: null,
  keyId: newId(),
  endpoint: "chat.completions",
  requestedModel: "m\u0000\ud800",
  servedModel: "m",
  provider: "p",
  deployment: "m/d",
  isStream: true,
  isTest: false,
  configVersion: 3,
});

const recordOf = (id: string, given: Partial<RequestRecord> = {}): RequestRecord => ({
  ...admissionOf(id),
  status: 200,
  outcome: "completed",
  errorCode: null,
  requests: 1,
  attempts: [],
  rejected: [],
  cache: "bypass",
  usage: { ...NO_USAGE, inputTokens: 5, outputTokens: 7 },
  cost: nanoUsd(9_007_199_254_740_993n),
  upstreamCost: nanoUsd(1n),
  durationMs: 12,
  firstByteMs: 3,
  ...given,
});

const open = () => createJournal(openSegments(folder, false), () => undefined);

function frameOf(kind: FrameKind, text: string): Buffer {
  const buffer = createFrameBuffer();
  buffer.add(kind, text);
  return Buffer.from(buffer.take());
}

function raise(message: string): never {
  throw new Error(message);
}

/** Settled records are in the file by the end of the turn. */
const endOfTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("frames", () => {
  it("are read back as written, in any script", () => {
    const buffer = createFrameBuffer();
    const texts = ["", "plain", "中文 – ✓ 😀", "x".repeat(40_000)];
    for (const text of texts) buffer.add("s", text);
    expect(readFrames(buffer.take()).frames.flatMap((frame) => frame.texts)).toEqual(texts);
  });

  it("stop at a torn one; one that is damaged, whatever its place, hides none behind it", () => {
    const one = frameOf("a", "first");
    const two = frameOf("s", "second");
    const both = Buffer.concat([one, two]);
    const three = frameOf("s", "third");
    for (let length = 0; length < both.length; length++) {
      const { frames } = readFrames(both.subarray(0, length));
      expect(frames.flatMap((frame) => frame.texts)).toHaveLength(length < one.length ? 0 : 1);
    }
    for (let at = 0; at < two.length; at++) {
      const damaged = Buffer.concat([both, three]);
      damaged[one.length + at] = (damaged[one.length + at] ?? 0) ^ 0x55;
      const { frames, isDamaged, readBytes } = readFrames(damaged);
      expect(frames.flatMap((frame) => frame.texts)).toEqual(["first", "third"]);
      expect({ isDamaged, readBytes }).toEqual({ isDamaged: true, readBytes: one.length + three.length });
    }
  });
});

describe("a journal left behind", () => {
  it("gives settled rows as they were and unsettled ones as interrupted at their last checkpoint", async () => {
    const journal = open();
    const [done, cut, silent] = [newId(), newId(), newId()] as const;
    await Promise.all([done, cut, silent].map((id) => journal.admit(admissionOf(id))));
    const state = (outputTokens: number) => ({
      usage: { ...NO_USAGE, outputTokens, isEstimated: true },
      cost: nanoUsd(BigInt(outputTokens)),
      upstreamCost: nanoUsd(0n),
      durationMs: 5,
    });
    journal.checkpoint(cut, state(10));
    journal.checkpoint(cut, state(20));
    journal.settle(recordOf(done));
    await endOfTurn();
    const { rows, interrupted } = readFolder(folder);
    const byId = new Map(rows.map((row) => [row.id, JSON.parse(row.json)]));
    expect(interrupted).toBe(2);
    expect(byId.get(done)).toMatchObject({
      outcome: "completed",
      cost_nano: "9007199254740993",
      requested_model: "m\uFFFD\uFFFD",
    });
    expect(byId.get(cut)).toMatchObject({ outcome: "interrupted", output_tokens: 20, cost_nano: "20" });
    expect(byId.get(silent)).toMatchObject({ outcome: "interrupted", output_tokens: 0, cost_nano: "0" });
  });

  it("holds a request once it is admitted, and what was settled in the same turn", async () => {
    const journal = open();
    const [settled, admitted] = [newId(), newId()] as const;
    journal.settle(recordOf(settled));
    await journal.admit(admissionOf(admitted));
    expect(readFolder(folder).rows.map(({ id }) => id)).toEqual([settled, admitted]);
  });

  it("refuses requests it cannot write down, and keeps what was settled for the database", async () => {
    const lost: string[] = [];
    const segments = { ...openSegments(folder, false), append: () => raise("no space left") };
    const journal = createJournal(segments, (what) => lost.push(what));
    journal.settle(recordOf(newId()));
    await expect(journal.admit(admissionOf(newId()))).rejects.toMatchObject({ code: "journal_full" });
    expect(lost).toEqual(["1 settled rows not journalled"]);
    expect(journal.take(10)).toHaveLength(1);
    expect(journal.depth().admitted).toBe(0);
  });

  it("is read up to a torn end", async () => {
    const journal = open();
    const [first, second] = [newId(), newId()] as const;
    journal.settle(recordOf(first));
    journal.settle(recordOf(second));
    await endOfTurn();
    const [segment = ""] = segmentsIn(folder);
    const path = join(folder, segment);
    truncateSync(path, readFileSync(path).length - 3);
    const contents = readFolder(folder);
    expect(contents.rows.map((row) => row.id)).toEqual([first]);
    expect(contents.damagedBytes).toBeGreaterThan(0);
  });

  it("gives all that one turn has settled, however much", async () => {
    const journal = open();
    const ids = Array.from({ length: 400 }, () => newId());
    for (const id of ids) journal.settle(recordOf(id));
    await endOfTurn();
    expect(readFolder(folder).rows.map((row) => row.id)).toEqual(ids);
    const taken = journal.take(1_000);
    expect(journal.depth()).toEqual({ admitted: 0, queued: 0, inFlight: 400 });
    expect(taken.flatMap(({ json }) => JSON.parse(`[${Buffer.from(json)}]`)).map((row) => row.id)).toEqual(ids);
  });

  it("ignores files that are not its own", async () => {
    open().settle(recordOf(newId()));
    await endOfTurn();
    writeFileSync(join(folder, "notes.txt"), "hello");
    expect(readFolder(folder).rows).toHaveLength(1);
  });
});

const big = { rejected: [{ deployment: "d", reason: "x".repeat(200_000) }] };

/** Settles more than one segment holds, and has all of it in the database. */
async function fillSegment(journal: ReturnType<typeof open>): Promise<void> {
  for (let count = 0; count < 45; count++) {
    journal.settle(recordOf(newId(), big));
    await endOfTurn();
  }
  journal.release(journal.take(100));
}

describe("segments", () => {
  it("are kept for the last checkpoint of a request under way, and not for those before", async () => {
    const journal = open();
    const running = newId();
    const checkpoint = async (outputTokens: number) => {
      const usage = { ...NO_USAGE, outputTokens, isEstimated: true };
      journal.checkpoint(running, { usage, cost: nanoUsd(1n), upstreamCost: nanoUsd(0n), durationMs: 5 });
      await endOfTurn();
    };
    await journal.admit(admissionOf(running));
    for (const outputTokens of [10, 20, 30]) {
      await fillSegment(journal);
      await checkpoint(outputTokens);
    }
    await fillSegment(journal);
    expect(segmentsIn(folder)).toHaveLength(3);
    const found = readFolder(folder).rows.find(({ id }) => id === running);
    expect(JSON.parse(found?.json ?? "")).toMatchObject({ outcome: "interrupted", output_tokens: 30 });
    journal.settle(recordOf(running));
    journal.release(journal.take(1));
    expect(segmentsIn(folder)).toHaveLength(1);
  });

  it("are deleted once all that is in them is in the database, and not before", async () => {
    const journal = open();
    const early = newId();
    await journal.admit(admissionOf(early));
    for (let count = 0; count < 50; count++) {
      journal.settle(recordOf(newId(), big));
      await endOfTurn();
    }
    const rows = journal.take(100);
    expect(segmentsIn(folder)).toHaveLength(2);
    journal.release(rows);
    expect(segmentsIn(folder)).toHaveLength(2);
    journal.settle(recordOf(early));
    journal.release(journal.take(1));
    expect(segmentsIn(folder)).toHaveLength(1);
    expect(journal.depth()).toEqual({ admitted: 0, queued: 0, inFlight: 0 });
  });
});

describe("what is recorded", () => {
  it("is everything settled before the oldest row that waits, also while that is on its way to the database", async () => {
    const journal = open();
    const beforeMs = performance.now();
    journal.settle(recordOf(newId()));
    const waiting = journal.recordedUntilMs();
    expect(waiting).toBeGreaterThanOrEqual(beforeMs);
    expect(waiting).toBeLessThan(performance.now());
    await endOfTurn();
    expect(journal.recordedUntilMs()).toBe(waiting);
    const rows = journal.take(1);
    journal.settle(recordOf(newId()));
    expect(journal.recordedUntilMs()).toBe(waiting);
    journal.putBack(rows);
    expect(journal.recordedUntilMs()).toBe(waiting);
    journal.release(journal.take(1));
    expect(journal.recordedUntilMs()).toBeGreaterThan(waiting);
    journal.release(journal.take(1));
    const nowMs = performance.now();
    expect(journal.recordedUntilMs()).toBeGreaterThanOrEqual(nowMs);
  });
});
