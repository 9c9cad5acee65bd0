import { cpus } from "node:os";
import { cpuSecondsOf, machineSeconds } from "../accounting.ts";
import { compare, type Load } from "../compare.ts";
import type { LoadGenerator } from "../load-generator.ts";
import { chatRequest, MODELS } from "../messages.ts";
import { spreadOf } from "../statistics.ts";
import type { OpenTarget, Target } from "../targets.ts";
import { inMedian, type RowPlan } from "./row.ts";

const PROCESSES = 2;
const TARGET = 1.7;
/** A process that has fewer callers at a time does less of its work in one go, and pays more for each. */
const CALLERS_PER_PROCESS = 32;
/** A machine that is idle for less than this part has nothing left to give. */
const IDLE_MAX = 0.1;
// Each of the processes has to get through its first ten thousands of requests, in which the compiler is busy. Turns are
// long, for each begins with new connections, and those are what a second process makes dearer.
const FULL = { rounds: 5, turnsPerRound: 12, requestsPerTurn: 5_000, warmUpRequests: 120_000 };
const QUICK = { rounds: 3, turnsPerRound: 6, requestsPerTurn: 4_000, warmUpRequests: 80_000 };

/** Who worked while one target was driven, in cores. */
type Use = {
  readonly gateway: number;
  readonly generator: number;
  readonly upstream: number;
  /** PostgreSQL, and whatever else runs on this machine. */
  readonly rest: number;
  readonly idle: number;
};

/** Requests per second of two gateway processes on one port over those of one. */
export const scale: RowPlan = {
  baseline: "gateway",
  models: [MODELS.plain],
  processes: PROCESSES,
  run: async ({ generator, openBaseline, openSubject, upstreamPid, isQuick }) => {
    const watch = watchUse(generator, upstreamPid);
    const loadOf = (processes: number): Load => ({
      body: chatRequest(MODELS.plain, false),
      concurrency: processes * CALLERS_PER_PROCESS,
    });
    const comparison = await compare(watch.generator, [watch.target(0, openBaseline), watch.target(1, openSubject)], {
      loads: [loadOf(1), loadOf(PROCESSES)],
      plan: { ...(isQuick ? QUICK : FULL), unitsPerRequest: 1 },
    });
    const { baseline, subject, ratio: cpuRatio } = comparison;
    const over = (figure: number) => figure / baseline.requestsPerSecond.median;
    const { min, median, max } = subject.requestsPerSecond;
    const [one, two] = [watch.cores(0), watch.cores(1)];
    const onFreeCores = PROCESSES / cpuRatio.median;
    const cores = cpus().length;
    const isMachineFull = two.idle / cores < IDLE_MAX;
    return {
      name: "scale",
      title: "Requests/s of two gateway processes over one",
      value: { min: over(min), median: over(median), max: over(max) },
      unit: "x",
      target: TARGET,
      isFloor: true,
      limit: isMachineFull && onFreeCores >= TARGET ? `the machine's ${cores} cores` : undefined,
      notes: [
        `one process: ${inMedian(baseline.requestsPerSecond, 0)} requests/s, ${inMedian(baseline.cpuMicrosPerUnit, 1)} us of CPU each`,
        `two: ${inMedian(subject.requestsPerSecond, 0)} requests/s, ${inMedian(subject.cpuMicrosPerUnit, 1)} us of CPU each`,
        `CPU a request, two over one: ${inMedian(cpuRatio, 2)}; by that, two on two cores of their own would serve ${onFreeCores.toFixed(2)} times`,
        `cores in use with one: ${textOf(one)}`,
        `cores in use with two: ${textOf(two)}`,
      ],
      requests: baseline.requests + subject.requests,
      details: { comparison, use: { one, two }, onFreeCores },
    };
  },
};

const textOf = ({ gateway, generator, upstream, rest, idle }: Use) =>
  `gateway ${gateway.toFixed(2)}, load generator ${generator.toFixed(2)}, upstream ${upstream.toFixed(2)}, ` +
  `PostgreSQL and others ${rest.toFixed(2)}, idle ${idle.toFixed(2)}`;

/** Notes for each turn whose work the machine's cores did. */
function watchUse(generator: LoadGenerator, upstreamPid: number) {
  const sides = new Map<string, { readonly side: 0 | 1; readonly pid: number }>();
  const turns: [Use[], Use[]] = [[], []];
  const read = (pid: number) => ({
    atMs: performance.now(),
    gateway: cpuSecondsOf(pid),
    generator: cpuSecondsOf(generator.pid),
    upstream: cpuSecondsOf(upstreamPid),
    ...machineSeconds(),
  });
  const run: LoadGenerator["run"] = async (order) => {
    const target = sides.get(order.url);
    if (target === undefined) return generator.run(order);
    const before = read(target.pid);
    const report = await generator.run(order);
    turns[target.side].push(workBetween(before, read(target.pid)));
    return report;
  };
  return {
    generator: { ...generator, run },
    target:
      (side: 0 | 1, open: OpenTarget): OpenTarget =>
      async (): Promise<Target> => {
        const target = await open();
        sides.set(target.url, { side, pid: target.pid });
        return target;
      },
    cores: (side: 0 | 1): Use => {
      const median = (name: keyof Use) => spreadOf(turns[side].map((use) => use[name])).median;
      const [gateway, load, upstream] = [median("gateway"), median("generator"), median("upstream")];
      return { gateway, generator: load, upstream, rest: median("rest"), idle: median("idle") };
    },
  };
}

type Reading = Readonly<Record<"atMs" | "gateway" | "generator" | "upstream" | "busy" | "idle", number>>;

function workBetween(before: Reading, after: Reading): Use {
  const seconds = (after.atMs - before.atMs) / 1_000;
  const cores = (name: keyof Reading) => (after[name] - before[name]) / seconds;
  const [gateway, generator, upstream] = [cores("gateway"), cores("generator"), cores("upstream")];
  const rest = Math.max(0, cores("busy") - gateway - generator - upstream);
  return { gateway, generator, upstream, rest, idle: cores("idle") };
}
