import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, inject } from "vitest";
import { BOUNDS } from "#lib/gateway/bounds";
import { askEdge } from "./edge-reading.ts";
import type { HealthyReport } from "./healthy-traffic.ts";
import { openRaw, type RawConnection } from "./raw-http.ts";

const ROUNDS = 5;
/** Attackers come from an address of their own, as they would. */
export const ATTACKER = "127.0.0.2";
const MIB = 1024 * 1024;
/** Longer than connections towards the upstream wait for their next call. */
const SETTLING_MS = 6_000;

export type AttackReport = {
  readonly healthy: HealthyReport;
  /** How long the gateway held its event loop at most in each round, milliseconds, in order of size. */
  readonly delaysMs: readonly number[];
  readonly medianDelayMs: number;
  /** Against what it was before, once things have settled. */
  readonly openFilesLeft: number;
  /** In use and not to be collected, against what it was before. */
  readonly memoryLeftBytes: number;
  /** The most that resident memory grew by during the attack. */
  readonly memoryPeakBytes: number;
  /** Answers of the gateway with a status of 500 or more, and those among them that were shed for a delay. */
  readonly serverErrors: number;
  readonly shed: number;
  /** How long the machine kept the gateway from running at most. */
  readonly stalledMs: number;
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
  const before = {
    files: openFiles(pid),
    memory: await askEdge("memoryBytes"),
    resident: residentBytes(pid),
    errors: await serverErrors(),
    shed: await shed(),
  };
  const watch = watchPeak(pid);
  await fetch(`${healthyUrl}/start`);
  const delays: number[] = [];
  let stalledMs = 0;
  let healthy: HealthyReport | undefined;
  try {
    await askEdge("delayMs");
    await askEdge("stalledMs");
    for (let round = 0; round < ROUNDS; round++) {
      await attack(round);
      delays.push(await askEdge("delayMs"));
    }
  } finally {
    healthy = await (await fetch(`${healthyUrl}/stop`)).json();
    stalledMs = await askEdge("stalledMs");
    watch.stop();
  }
  if (healthy === undefined) throw new Error("the healthy callers told nothing");
  const delaysMs = delays.map(Math.round).toSorted((one, other) => one - other);
  const active = await upstreamActive(0);
  const left = await settled(before.files);
  return {
    healthy,
    delaysMs,
    medianDelayMs: delaysMs[Math.floor(ROUNDS / 2)] ?? Number.POSITIVE_INFINITY,
    openFilesLeft: left - before.files,
    memoryLeftBytes: (await askEdge("memoryBytes")) - before.memory,
    memoryPeakBytes: watch.peakBytes() - before.resident,
    serverErrors: (await serverErrors()) - before.errors,
    shed: (await shed()) - before.shed,
    stalledMs: Math.round(stalledMs),
    upstreamActive: active,
    isSameProcess: isAlive(pid),
  };
}

function watchPeak(pid: number) {
  let peak = residentBytes(pid);
  const watching = setInterval(() => {
    peak = Math.max(peak, residentBytes(pid));
  }, 50);
  return { peakBytes: () => peak, stop: () => clearInterval(watching) };
}

const shed = () => metric("switchyard_requests_shed_total", 'reason="overload"');

/** Answers of the gateway with a status of 500 or more, since its start. */
export const serverErrors = () => metric("switchyard_requests_total", 'status="5');

/** Connections of the healthy callers and those kept towards the upstream close in their own time. */
async function settled(filesBefore: number): Promise<number> {
  const { pid } = inject("edge");
  const untilMs = performance.now() + SETTLING_MS;
  while (performance.now() < untilMs && openFiles(pid) > filesBefore + FILES_LEFT_MAX) await sleep(50);
  return openFiles(pid);
}

/** A leak would show in hundreds; a few connections are kept by those who measure. */
const FILES_LEFT_MAX = 8;
const MEMORY_LEFT_MAX = 8 * MIB;
const DELAY_MAX_MS = 50;

/** What must hold after any attack. */
export function expectUnharmed(report: AttackReport): void {
  process.stdout.write(`${described(report)}\n`);
  // A machine that stands still looks to the gateway like an overload, and is none of the attack's doing.
  const isMachines = report.stalledMs > BOUNDS.delayOverloadedMs;
  const failed = report.healthy.failed.filter((problem) => !(isMachines && problem.includes('"overloaded"')));
  expect.soft([...new Set(failed)]).toEqual([]);
  expect.soft(report.healthy.sent).toBeGreaterThan(0);
  expect.soft(report.isSameProcess).toBe(true);
  expect.soft(report.serverErrors - (isMachines ? report.shed : 0)).toBe(0);
  expect.soft(report.medianDelayMs).toBeLessThanOrEqual(DELAY_MAX_MS);
  expect.soft(report.upstreamActive).toBe(0);
  expect.soft(report.openFilesLeft).toBeLessThanOrEqual(FILES_LEFT_MAX);
  expect.soft(report.memoryLeftBytes).toBeLessThan(MEMORY_LEFT_MAX);
}

function described({ healthy, delaysMs, ...report }: AttackReport): string {
  const mib = (bytes: number) => (bytes / MIB).toFixed(1);
  const [attack = ""] = (expect.getState().currentTestName ?? "").split(":");
  return [
    `${attack}: event loop held for ${delaysMs.join(", ")} ms`,
    `${healthy.sent} healthy calls, p50 ${healthy.p50Ms} ms, p99 ${healthy.p99Ms} ms`,
    `memory at most +${mib(report.memoryPeakBytes)} MiB, left ${mib(report.memoryLeftBytes)} MiB`,
    `files left ${report.openFilesLeft}`,
    ...(report.shed > 0 ? [`${report.shed} shed while the machine stood still for ${report.stalledMs} ms`] : []),
  ].join("; ");
}

const openFiles = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;

function residentBytes(pid: number): number {
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
    ({ active } = await upstreamCounts());
    if (active > wanted) await sleep(20);
  }
  return active;
}

/** How many calls run at the upstream, and how many it has had. */
export async function upstreamCounts(): Promise<{ readonly active: number; readonly total: number }> {
  return (await fetch(`${inject("edge").upstreamUrl}/active`)).json();
}

/** Reads one metric of the gateway: the sum of its series that bear the label. */
export async function metric(name: string, label = ""): Promise<number> {
  const { url, environment } = inject("edge");
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${environment.METRICS_TOKEN}` } });
  const series = (await answer.text()).split("\n").filter((line) => line.startsWith(name));
  if (series.length === 0) throw new Error(`the gateway has no metric ${name}`);
  return series
    .filter((line) => line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
