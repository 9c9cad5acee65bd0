import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nanoUsd } from "#lib/base/units";
import { recordOf } from "#tests/support/request-record";
import { usageRowOf } from "../usage-row.ts";
import { createFrameBuffer, readFrames, SEPARATOR } from "./frame.ts";
import { createJournal } from "./journal.ts";
import { readFolder } from "./read-folder.ts";
import { openSegments } from "./segments.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const endOfTurn = () => new Promise((resolve) => setImmediate(resolve));
const pathOfSegment = () => join(folder, readdirSync(folder).find((name) => name.endsWith(".log")) ?? "");

/** Some turns with everything in them; gives the rows as they were settled. */
async function fillJournal(): Promise<ReadonlySet<string>> {
  const journal = createJournal(openSegments(folder, false), () => undefined);
  const settled = new Set<string>();
  for (let turn = 0; turn < 3; turn++) {
    const records = [1, 2, 3].map(() => recordOf({ cost: nanoUsd(7_000n) }));
    await Promise.all(records.map(journal.admit));
    for (const { id, usage, cost } of records)
      journal.checkpoint(id, { usage, cost, upstreamCost: nanoUsd(0n), durationMs: 5 });
    await endOfTurn();
    for (const record of records.slice(1)) {
      journal.settle(record);
      settled.add(usageRowOf(record));
    }
    await endOfTurn();
  }
  return settled;
}

/** Reads the journal as it would be after an accident; each is one of the whole, not one after the other. */
function alteredReader() {
  const path = pathOfSegment();
  const whole = readFileSync(path);
  return (alter: (bytes: Buffer) => Buffer) => {
    writeFileSync(path, alter(Buffer.from(whole)));
    return readFolder(folder);
  };
}

const isInterrupted = (json: string) =>
  json.includes('"outcome":"interrupted"') && json.match(/"outcome"/g)?.length === 1;

function flip(bytes: Buffer, part: number, bit: number): Buffer {
  const at = Math.floor(part * (bytes.length - 1));
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return bytes;
}

describe("a damaged journal", () => {
  it("is read as far as it is sound: rows are as they were, or interrupted, and never made up", async () => {
    const settled = await fillJournal();
    const readAltered = alteredReader();
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    const damage = fc.record({ left: fc.oneof(part, fc.constant(1)), at: part, bit: fc.nat(7) });
    fc.assert(
      fc.property(damage, ({ left, at, bit }) => {
        const { rows } = readAltered((bytes) => flip(bytes.subarray(0, Math.ceil(left * bytes.length)), at, bit));
        for (const { json } of rows) expect(settled.has(json) || isInterrupted(json)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it("gives more the later it was cut, and is not called damaged for that", async () => {
    await fillJournal();
    const readAltered = alteredReader();
    const { length } = readFileSync(pathOfSegment());
    let before = 0;
    for (let end = 0; end < length; end += 7) {
      const { rows, isDamaged } = readAltered((bytes) => bytes.subarray(0, end));
      expect(rows.length).toBeGreaterThanOrEqual(before);
      expect(isDamaged).toBe(false);
      before = rows.length;
    }
    expect(before).toBe(9);
  });

  it("is called damaged where a frame's length or its content is not what was written", async () => {
    await fillJournal();
    const readAltered = alteredReader();
    for (const at of [2, 4, 40]) {
      const { isDamaged, damagedBytes } = readAltered((bytes) => {
        bytes[at] = (bytes[at] ?? 0) ^ 0x40;
        return bytes;
      });
      expect(isDamaged).toBe(true);
      expect(damagedBytes).toBeGreaterThan(0);
    }
  });
});

it("a frame cut at any byte keeps each text that is whole", () => {
  const texts = [1, 2, 3].map((id) => JSON.stringify({ id }));
  const buffer = createFrameBuffer();
  buffer.add("s", texts.join(SEPARATOR));
  const bytes = buffer.take();
  const ends = texts.map((_, index) => bytes.length - texts.slice(index + 1).join("").length - 2 * (2 - index));
  for (let cut = 0; cut <= bytes.length; cut++) {
    const whole = ends.filter((end) => end <= cut).length;
    expect(readFrames(bytes.subarray(0, cut)).frames.flatMap((frame) => frame.texts)).toEqual(texts.slice(0, whole));
  }
});

it("a row of any length hides nothing behind it", async () => {
  const journal = createJournal(openSegments(folder, false), () => undefined);
  journal.settle(recordOf({ rejected: [{ deployment: "m/e", reason: "x".repeat(2_000_000) }] }));
  await endOfTurn();
  journal.settle(recordOf());
  await endOfTurn();
  expect(readFolder(folder).rows).toHaveLength(2);
});
