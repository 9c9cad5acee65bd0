import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, inject } from "vitest";
import type { HealthyReport } from "./healthy-traffic.ts";
import { openRaw, type RawConnection } from "./raw-http.ts";

const ROUNDS = 5;
/** Attackers come from an address of their own, as they would. */
export const ATTACKER = "127.0.0.2";
const SETTLING_MS = 4_000;

export type AttackReport = {
  readonly healthy: HealthyReport;
  /** The longest delay of the gateway's event loop in each round, milliseconds, in order of size. */
  readonly delaysMs: readonly number[];
  readonly medianDelayMs: number;
  /** Against what it was before, once things have settled. */
  readonly openFilesLeft: number;
  /** Against what it was after two rounds: what a round needs once is no leak. */
  readonly memoryLeftBytes: number;
  /** The most that memory grew by during the attack. */
  readonly memoryPeakBytes: number;
  readonly upstreamActive: number;
  readonly isSameProcess: boolean;
};

export const attackSocket = (): Promise<RawConnection> => openRaw(inject("edge").port, ATTACKER);

/** Says one thing as an attacker, and gives what came back when the server had closed the connection. */
export async function sayAsAttacker(said: string | Uint8Array) {
  const connection = await attackSocket();
  connection.socket.write(said);
  return connection.closed();
}

/** Runs one attack five times beside healthy traffic and looks at the process before, during and after. */
export async function underAttack(attack: (round: number) => Promise<void>): Promise<AttackReport> {
  const { pid, healthyUrl } = inject("edge");
  await upstreamActive(0);
  const before = { files: openFiles(pid), memory: memoryOf(pid) };
  let peak = before.memory;
  let warm = before.memory;
  const watching = setInterval(() => {
    peak = Math.max(peak, memoryOf(pid));
  }, 50);
  await fetch(`${healthyUrl}/start`);
  const delaysMs: number[] = [];
  let healthy: HealthyReport | undefined;
  try {
    await takeDelayMs();
    for (let round = 0; round < ROUNDS; round++) {
      await attack(round);
      if (round === 1) warm = memoryOf(pid);
      delaysMs.push(await takeDelayMs());
    }
  } finally {
    healthy = await (await fetch(`${healthyUrl}/stop`)).json();
    clearInterval(watching);
  }
  if (healthy === undefined) throw new Error("the healthy callers told nothing");
  delaysMs.sort((one, other) => one - other);
  const active = await upstreamActive(0);
  const left = await settled(before.files);
  return {
    healthy,
    delaysMs: delaysMs.map(Math.round),
    medianDelayMs: Math.round(delaysMs[Math.floor(ROUNDS / 2)] ?? 0),
    openFilesLeft: left - before.files,
    memoryLeftBytes: memoryOf(pid) - warm,
    memoryPeakBytes: peak - before.memory,
    upstreamActive: active,
    isSameProcess: isAlive(pid),
  };
}

/** Connections of the healthy callers and those kept towards the upstream close in their own time. */
async function settled(filesBefore: number): Promise<number> {
  const { pid } = inject("edge");
  const untilMs = performance.now() + SETTLING_MS;
  while (performance.now() < untilMs && openFiles(pid) > filesBefore + FILES_LEFT_MAX) await sleep(50);
  return openFiles(pid);
}

/** A leak would show in hundreds; a few connections are kept by those who measure. */
const FILES_LEFT_MAX = 8;
const MEMORY_LEFT_MAX = 96 * 1024 * 1024;
const DELAY_MAX_MS = 50;

/** What must hold after any attack. */
export function expectUnharmed(report: AttackReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
  expect.soft(report.healthy.failed).toEqual([]);
  expect.soft(report.healthy.sent).toBeGreaterThan(0);
  expect.soft(report.isSameProcess).toBe(true);
  expect.soft(report.medianDelayMs).toBeLessThanOrEqual(DELAY_MAX_MS);
  expect.soft(report.upstreamActive).toBe(0);
  expect.soft(report.openFilesLeft).toBeLessThanOrEqual(FILES_LEFT_MAX);
  expect.soft(report.memoryLeftBytes).toBeLessThan(MEMORY_LEFT_MAX);
}

const openFiles = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;

function memoryOf(pid: number): number {
  const [, kilobytes = "0"] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits at most two seconds until so few calls run at the upstream, and gives how many do. */
async function upstreamActive(wanted: number): Promise<number> {
  const untilMs = performance.now() + 2_000;
  let active = Number.POSITIVE_INFINITY;
  while (active > wanted && performance.now() < untilMs) {
    ({ active } = await (await fetch(`${inject("edge").upstreamUrl}/active`)).json());
    if (active > wanted) await sleep(20);
  }
  return active;
}

/** How many calls the upstream has had. */
export async function upstreamTotal(): Promise<number> {
  const { total } = await (await fetch(`${inject("edge").upstreamUrl}/active`)).json();
  return total;
}

/** The longest delay that was told of since it was last taken: each reading of the metrics begins a new one. */
let delayMaxS = 0;

/** Reads one metric of the gateway; several series of a name are summed. */
export async function metric(name: string): Promise<number> {
  const { url, environment } = inject("edge");
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${environment.METRICS_TOKEN}` } });
  const lines = (await answer.text()).split("\n");
  const sumOf = (start: string) =>
    lines
      .filter((line) => line.startsWith(start))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  delayMaxS = Math.max(delayMaxS, sumOf(DELAY_MAX));
  return sumOf(name);
}

const DELAY_MAX = "switchyard_event_loop_delay_max_seconds";

async function takeDelayMs(): Promise<number> {
  await metric(DELAY_MAX);
  const takenMs = delayMaxS * 1_000;
  delayMaxS = 0;
  return takenMs;
}
