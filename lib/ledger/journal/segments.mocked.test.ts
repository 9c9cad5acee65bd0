import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { recordOf } from "#tests/support/request-record";
import { createJournal, type Journal } from "./journal.ts";
import { readFolder } from "./read-folder.ts";
import { openSegments } from "./segments.ts";

const broken = vi.hoisted(() => ({
  readFileSync: false,
  writeFileSync: false,
  writeSync: false,
  fsyncSync: false,
  ftruncateSync: false,
  unlinkSync: false,
}));

vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const orFail =
    <Arguments extends unknown[], Result>(name: keyof typeof broken, call: (...args: Arguments) => Result) =>
    (...args: Arguments): Result => {
      if (broken[name]) throw Object.assign(new Error(`${name} fails`), { code: "ENOSPC" });
      return call(...args);
    };
  return {
    ...real,
    // Half of it is written before it fails, as on a disk that becomes full.
    writeSync(descriptor: number, bytes: Uint8Array, ...rest: [number, number]) {
      if (!broken.writeSync) return real.writeSync(descriptor, bytes, ...rest);
      real.writeSync(descriptor, bytes, 0, bytes.length >> 1);
      throw new Error("no space left");
    },
    readFileSync: orFail("readFileSync", real.readFileSync),
    writeFileSync: orFail("writeFileSync", real.writeFileSync),
    fsyncSync: orFail("fsyncSync", real.fsyncSync),
    ftruncateSync: orFail("ftruncateSync", real.ftruncateSync),
    unlinkSync: orFail("unlinkSync", real.unlinkSync),
  };
});

let folder = "";
let journal: Journal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "journal-"));
  journal = createJournal(openSegments(folder, true), () => undefined);
});
afterEach(() => {
  Object.assign(broken, {
    writeFileSync: false,
    writeSync: false,
    fsyncSync: false,
    ftruncateSync: false,
    unlinkSync: false,
  });
  rmSync(folder, { recursive: true, force: true });
});

/** Admits one request, with what is named broken meanwhile; gives its id. */
async function admit(...names: readonly (keyof typeof broken)[]): Promise<string> {
  const record = recordOf();
  for (const name of names) broken[name] = true;
  await journal.admit(record).catch((error) => expect(error).toMatchObject({ code: "journal_full" }));
  for (const name of names) broken[name] = false;
  return record.id;
}

const idsRead = () => readFolder(folder).rows.map(({ id }) => id);

it("what was refused because it could not be synced is not in the journal, and takes nothing away later", async () => {
  const first = await admit();
  await admit("fsyncSync");
  const second = await admit();
  await admit("writeSync");
  const third = await admit();
  expect(idsRead()).toEqual([first, second, third]);
});

it("nothing is written behind a torn frame that could not be cut off", async () => {
  const first = await admit();
  await admit("writeSync", "ftruncateSync");
  const second = await admit();
  expect(idsRead()).toEqual([first, second]);
  expect(readdirSync(folder).filter((name) => name.endsWith(".log"))).toHaveLength(2);
});

it("a segment that cannot be deleted keeps no row from being counted as done", async () => {
  const early = recordOf();
  await journal.admit(early);
  await admit("writeSync", "ftruncateSync");
  journal.settle(early);
  const taken = journal.take(10);
  broken.unlinkSync = true;
  journal.release(taken);
  expect(journal.depth()).toEqual({ admitted: 0, queued: 0, inFlight: 0 });
});

it("says that there is no room once an append has failed, without a further one, until there is", async () => {
  const segments = openSegments(join(folder, "own"), false);
  segments.confirm();
  broken.writeSync = true;
  expect(() => segments.append(Buffer.from("row"))).toThrow("no space left");
  broken.writeFileSync = true;
  for (let beat = 0; beat < 2; beat++) expect(segments.confirm).toThrow("writeFileSync fails");
  Object.assign(broken, { writeSync: false, writeFileSync: false });
  segments.confirm();
  expect(readdirSync(join(folder, "own")).toSorted()).toEqual(["00000001.log", "owner.json"]);
});

it("goes on in a new file where the one it writes to was removed", async () => {
  const own = join(folder, "own");
  const segments = openSegments(own, false);
  rmSync(join(own, "00000001.log"));
  segments.confirm();
  const begun = createJournal(segments, () => undefined);
  const record = recordOf();
  await begun.admit(record);
  expect(readFolder(own).rows.map(({ id }) => id)).toEqual([record.id]);
});

it("stays with its file while its mark cannot be looked at", async () => {
  const own = join(folder, "own");
  const segments = openSegments(own, false);
  broken.readFileSync = true;
  segments.confirm();
  broken.readFileSync = false;
  expect(readdirSync(own).toSorted()).toEqual(["00000001.log", "owner.json"]);
});

it("on a full disk it opens, refuses what it cannot write down, leaves nothing behind and goes on when there is room", async () => {
  broken.writeFileSync = true;
  const own = join(folder, "own");
  const segments = openSegments(own, false);
  expect(segments.confirm).toThrow("writeFileSync fails");
  expect(existsSync(own)).toBe(false);
  const begun = createJournal(segments, () => undefined);
  await expect(begun.admit(recordOf())).rejects.toMatchObject({ code: "journal_full" });
  broken.writeFileSync = false;
  const record = recordOf();
  await begun.admit(record);
  expect(readFolder(own).rows.map(({ id }) => id)).toEqual([record.id]);
});
