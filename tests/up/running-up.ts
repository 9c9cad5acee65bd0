import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { outputOf } from "#tests/support/output-of";

const Started = z.object({
  url: z.string(),
  databaseUrl: z.string(),
  keys: z.object({ live: z.string(), test: z.string(), admin: z.string() }),
  pids: z.record(z.string(), z.number().nullable()),
});
const Lock = z.object({
  supervisor: z.object({ pid: z.number() }),
  children: z.array(z.object({ role: z.string(), pid: z.number() })),
});

const POLL_MS = 100;
const READY_MS = 60_000;

/** A folder of its own for one run; a user that PostgreSQL runs as can pass through it. */
export function scratchFolder() {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-up-"));
  chmodSync(folder, 0o711);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export type RunningUp = ReturnType<typeof runUp>;

/** Runs `up` as a user would and gives access to what can be seen from outside. */
export function runUp(
  folder: string,
  flags: readonly string[] = ["--no-portal"],
  environment: Record<string, string> = {},
) {
  const dataDir = join(folder, "data");
  const jsonFile = join(folder, "up.json");
  const args = ["scripts/up.mjs", "--port", "0", "--data-dir", dataDir, "--json", jsonFile, ...flags];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = outputOf(child);
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const started = () => Started.parse(JSON.parse(readFileSync(jsonFile, "utf8")));
  const lock = () => Lock.parse(JSON.parse(readFileSync(join(dataDir, "up.lock"), "utf8")));
  return {
    child,
    dataDir,
    output,
    ended,
    started,
    supervisor: () => lock().supervisor.pid,
    keeper: () => lock().children.find((one) => one.role === "postgres-keeper")?.pid,
    ready: () =>
      until("up is ready", () => answers(started().url), READY_MS).catch((cause: unknown) => {
        throw new Error(`up is not ready. It said:\n${output()}`, { cause });
      }),
    processes: () => processesOf(folder),
  };
}

/** Whether the gateway is ready, and the worker behind it. */
export async function answers(url: string) {
  for (const path of ["/readyz", "/api/openapi.json"]) {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(1_000) });
    await response.text();
    if (response.status !== 200) return false;
  }
  return true;
}

/** Waits for a claim to hold; one that throws does not hold yet. */
export async function until(what: string, claim: () => boolean | Promise<boolean>, withinMs = 20_000) {
  const untilMs = performance.now() + withinMs;
  while (performance.now() < untilMs) {
    if (await holds(claim)) return;
    await sleep(POLL_MS);
  }
  throw new Error(`Not within ${withinMs} ms: ${what}`);
}

async function holds(claim: () => boolean | Promise<boolean>) {
  try {
    return await claim();
  } catch {
    return false;
  }
}

/** Ids of all living processes that were started for a folder: it stands in their command line or environment. */
function processesOf(folder: string) {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return ids.filter((id) => read(id, "cmdline").includes(folder) || read(id, "environ").includes(folder)).map(Number);
}

/** Empty for a process that is gone, and for a zombie. */
function read(id: string, file: string) {
  try {
    return readFileSync(`/proc/${id}/${file}`, "latin1");
  } catch {
    return "";
  }
}
