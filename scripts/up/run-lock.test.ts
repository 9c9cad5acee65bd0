import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { awaitPreviousRun, isAlive, markOf, takeRunLock } from "./run-lock.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const GONE = { pid: 2 ** 22, startedAt: "1" };
const patience = (waitMs: number) => ({ waitMs, say: { line: () => undefined }, stop: new AbortController().signal });
const leave = (run: object) => writeFileSync(join(folder, "up.lock"), JSON.stringify(run));

it("refuses a folder whose run is alive, and gives it free again", () => {
  const lock = takeRunLock(folder);
  expect(() => takeRunLock(folder)).toThrow("already runs on");
  lock.release();
  takeRunLock(folder).release();
});

it("takes the folder of a run that is gone, even when its process id lives again", () => {
  leave({ supervisor: { pid: process.pid, startedAt: "another time" }, children: [] });
  takeRunLock(folder).release();
});

it("takes the folder of a lock that was cut off", () => {
  writeFileSync(join(folder, "up.lock"), '{"supervisor"');
  takeRunLock(folder).release();
});

it.each([
  ["nothing", () => undefined],
  ["a dead run", () => leave({ supervisor: GONE, children: [] })],
  ["half a lock", () => writeFileSync(join(folder, "up.lock"), '{"supervisor"')],
])("is taken by one of many that start at the same moment, over %s", async (_what, prepare) => {
  const module = JSON.stringify(new URL("./run-lock.ts", import.meta.url).href);
  const script = `
    const { takeRunLock } = await import(${module});
    process.on("message", ({ folder, atMs }) => {
      while (Date.now() < atMs);
      let lock;
      try { lock = takeRunLock(folder); } catch (error) { if (!error.message.includes("already runs")) throw error; }
      process.send(lock !== undefined);
    });
    process.send("up");`;
  const starters = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "ignore", "inherit", "ipc"] }),
  );
  const heard = () => Promise.all(starters.map(async (starter) => (await once(starter, "message"))[0]));
  await heard();
  for (let round = 0; round < 25; round++) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    prepare();
    const answers = heard();
    for (const starter of starters) starter.send({ folder, atMs: Date.now() + 3 });
    expect((await answers).filter(Boolean)).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(["up.lock"]);
  }
  for (const starter of starters) starter.kill("SIGKILL");
});

it("waits for the processes a killed run has left, and kills what outlives the wait", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  const mark = markOf(child.pid ?? 0);
  if (mark === undefined) throw new Error("The child did not start.");
  leave({ supervisor: GONE, children: [{ role: "gateway", ...mark }] });
  const ended = new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  await awaitPreviousRun(folder, patience(100));
  expect(await ended).toBe("SIGKILL");
  expect(isAlive(mark)).toBe(false);
});
