import { cpuSecondsOf } from "./accounting.ts";
import type { LoadOrder, LoadReport } from "./load.ts";
import type { LoadGenerator } from "./load-generator.ts";
import { type Spread, spreadOf } from "./statistics.ts";
import type { OpenTarget, Target } from "./targets.ts";

export type Load = Pick<LoadOrder, "body" | "concurrency" | "events">;

export type Plan = {
  readonly rounds: number;
  readonly turnsPerRound: number;
  readonly requestsPerTurn: number;
  readonly warmUpRequests: number;
  /** What one request counts for: 1, or the events of a stream. */
  readonly unitsPerRequest: number;
};

type Driving = { readonly loads: readonly [Load, Load]; readonly plan: Plan };

export type Comparison = {
  readonly plan: Plan;
  readonly ratio: Spread;
  readonly baseline: Measured;
  readonly subject: Measured;
};

export type Measured = {
  readonly name: string;
  readonly requests: number;
  readonly cpuMicrosPerUnit: Spread;
  readonly cpuSecondsPerRound: Spread;
  readonly requestsPerSecond: Spread;
  readonly piecesPerRequest: Spread;
  readonly latencyP50Ms: Spread;
  readonly latencyP99Ms: Spread;
  readonly firstByteP50Ms: Spread;
};

type Round = { readonly name: string; readonly reports: readonly LoadReport[]; readonly cpuSeconds: number };

/** Drives fresh, warmed processes of both targets in short turns, each with its load, and compares their CPU by round. */
export async function compare(
  generator: LoadGenerator,
  [openBaseline, openSubject]: readonly [OpenTarget, OpenTarget],
  { loads, plan }: Driving,
): Promise<Comparison> {
  const rounds: (readonly [Round, Round])[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    const baseline = await openBaseline();
    const subject = await openSubject();
    try {
      rounds.push(await runRound(generator, [baseline, subject], { loads, plan }));
    } finally {
      await Promise.all([baseline.stop(), subject.stop()]);
    }
  }
  const ratios = rounds.map(([baseline, subject]) => subject.cpuSeconds / baseline.cpuSeconds);
  const side = (index: 0 | 1) =>
    measuredOf(
      rounds.map((round) => round[index]),
      plan,
    );
  return { plan, ratio: spreadOf(ratios), baseline: side(0), subject: side(1) };
}

/**
 * The turns are short and alternate, so that a busy neighbour falls on both. A target's CPU is read once around the
 * whole round, with everything settled: what it puts off until the other one's turn is on its bill too.
 */
async function runRound(
  generator: LoadGenerator,
  targets: readonly [Target, Target],
  { loads, plan }: Driving,
): Promise<readonly [Round, Round]> {
  const drive = (side: 0 | 1, requests: number) => {
    const { url, apiKey } = targets[side];
    return generator.run({ ...loads[side], requests, url, apiKey });
  };
  for (const side of [0, 1] as const) {
    await drive(side, plan.warmUpRequests);
    await targets[side].settle();
  }
  const before = targets.map((target) => cpuSecondsOf(target.pid));
  const reports: [LoadReport[], LoadReport[]] = [[], []];
  for (let turn = 0; turn < plan.turnsPerRound; turn++) {
    for (const side of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      reports[side].push(await drive(side, plan.requestsPerTurn));
    }
  }
  for (const target of targets) await target.settle();
  const roundOf = (side: 0 | 1): Round => ({
    name: targets[side].name,
    reports: reports[side],
    cpuSeconds: cpuSecondsOf(targets[side].pid) - (before[side] ?? 0),
  });
  return [roundOf(0), roundOf(1)];
}

function measuredOf(rounds: readonly Round[], plan: Plan): Measured {
  const reports = rounds.flatMap((round) => round.reports);
  const requestsPerRound = plan.turnsPerRound * plan.requestsPerTurn;
  const spread = (value: (report: LoadReport) => number) => spreadOf(reports.map(value));
  const cpuMicros = rounds.map((round) => (round.cpuSeconds * 1e6) / (requestsPerRound * plan.unitsPerRequest));
  return {
    name: rounds[0]?.name ?? "",
    requests: plan.rounds * (requestsPerRound + plan.warmUpRequests),
    cpuMicrosPerUnit: spreadOf(cpuMicros),
    cpuSecondsPerRound: spreadOf(rounds.map((round) => round.cpuSeconds)),
    requestsPerSecond: spread((report) => report.requests / report.seconds),
    piecesPerRequest: spread((report) => report.pieces / report.requests),
    latencyP50Ms: spread((report) => report.latencyMs.p50),
    latencyP99Ms: spread((report) => report.latencyMs.p99),
    firstByteP50Ms: spread((report) => report.firstByteMs.p50),
  };
}
