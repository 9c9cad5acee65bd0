import { execFileSync } from "node:child_process";
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type Say, StartError } from "./types.ts";

const LOCK_FILE = "up.lock";
const POLL_MS = 200;
/** Each time another has just come or gone. */
const TRIES_MAX = 20;

const Mark = z.object({ pid: z.number().int().positive(), startedAt: z.string() });
const Run = z.object({ supervisor: Mark, children: z.array(Mark.extend({ role: z.string() })) });

/** A process id with the time it started, because ids are used again. */
export type ProcessMark = z.infer<typeof Mark>;
type Run = z.infer<typeof Run>;

export type RunLock = {
  /** Lets the next run wait for these when this one is killed. */
  readonly record: (children: Run["children"]) => void;
  readonly release: () => void;
};

/** Undefined when the process is gone or a zombie. */
export function markOf(pid: number): ProcessMark | undefined {
  const startedAt = process.platform === "linux" ? startOnLinux(pid) : startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export const isAlive = (mark: ProcessMark) => markOf(mark.pid)?.startedAt === mark.startedAt;

function startOnLinux(pid: number) {
  try {
    // The second field, the name, may itself contain blanks and parentheses.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startByPs(pid: number) {
  try {
    const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return line === "" || line.startsWith("Z") ? undefined : line.replace(/^\S+\s+/, "");
  } catch {
    return undefined;
  }
}

type Patience = { readonly waitMs: number; readonly say: Pick<Say, "line">; readonly stop: AbortSignal };

/**
 * Refuses a folder on which another `up` runs, and waits for the processes of one that was killed: they drain by
 * themselves. What outlives the wait is killed; a PostgreSQL that is left is adopted by the next keeper.
 */
export async function awaitPreviousRun(dataDir: string, { waitMs, say, stop }: Patience) {
  const run = readRun(join(dataDir, LOCK_FILE));
  if (run === undefined) return;
  if (isAlive(run.supervisor)) throw alreadyRuns(dataDir, run.supervisor.pid);
  if (!run.children.some(isAlive)) return;
  say.line("  The previous run is still stopping ...");
  const untilMs = performance.now() + waitMs;
  while (performance.now() < untilMs && run.children.some(isAlive)) await sleep(POLL_MS, undefined, { signal: stop });
  for (const child of run.children.filter(isAlive)) process.kill(child.pid, "SIGKILL");
}

/** Makes this process the only `up` of the folder, or throws a StartError. */
export function takeRunLock(dataDir: string): RunLock {
  const path = join(dataDir, LOCK_FILE);
  const supervisor = markOf(process.pid);
  if (supervisor === undefined) throw new Error("This process cannot find itself in the process table.");
  const draft = `${path}.${process.pid}`;
  // One that was left behind may be the lock itself under its other name.
  rmSync(draft, { force: true });
  const write = (children: Run["children"]) =>
    writeFileSync(draft, JSON.stringify({ supervisor, children }), { mode: 0o600 });
  write([]);
  claim(dataDir, draft);
  return {
    record: (children) => {
      write(children);
      renameSync(draft, path);
    },
    release: () => rmSync(path, { force: true }),
  };
}

/** Takes the lock or throws a StartError; of many at once one succeeds, whatever a run before has left. */
function claim(dataDir: string, draft: string) {
  try {
    for (let tries = 0; tries < TRIES_MAX; tries++) if (isTaken(join(dataDir, LOCK_FILE), draft, dataDir)) return;
    throw alreadyRuns(dataDir);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Links the draft to a name, which fails when that exists: two at once cannot both succeed. What the dead have left there
 * may be replaced only by who holds a second name, made of the dead one's mark and taken in the same way: while it is held
 * nobody else replaces it, and what is replaced is looked at again. False where another was quicker. Throws where one lives.
 */
function isTaken(path: string, draft: string, dataDir: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const left = readRun(path);
  if (left !== undefined && isAlive(left.supervisor)) throw alreadyRuns(dataDir, left.supervisor.pid);
  const right = `${path}.after-${markText(left)}`;
  if (!isTaken(right, draft, dataDir)) return false;
  try {
    if (!existsSync(path) || markText(readRun(path)) !== markText(left)) return false;
    linkSync(draft, `${draft}.new`);
    renameSync(`${draft}.new`, path);
    return true;
  } finally {
    rmSync(right, { force: true });
  }
}

const markText = (run: Run | undefined) =>
  run === undefined ? "nobody" : `${run.supervisor.pid}-${run.supervisor.startedAt.replace(/\W/g, "_")}`;

function readRun(path: string): Run | undefined {
  try {
    return Run.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}

const alreadyRuns = (dataDir: string, pid?: number) =>
  new StartError(`Switchyard already runs on ${dataDir}${pid === undefined ? "" : ` (process ${pid})`}.
Stop it first, or start this one with another folder: npm run up -- --data-dir DIR --port N`);
