import { compare, type Measured } from "../compare.ts";
import { chatRequest, MODELS } from "../messages.ts";
import { inMedian, type RowPlan } from "./row.ts";

const TARGET = 1.4;
// The compiler is busy for some ten thousand requests; a gateway that runs for weeks is not.
const FULL = { rounds: 5, turnsPerRound: 40, requestsPerTurn: 1_000, warmUpRequests: 30_000 };
const QUICK = { rounds: 3, turnsPerRound: 30, requestsPerTurn: 500, warmUpRequests: 15_000 };

/** CPU of a small governed call that is not streamed, over a bare proxy that parses the JSON both ways. */
export const plain: RowPlan = {
  baseline: "proxy",
  models: [MODELS.plain],
  run: async ({ generator, openBaseline, openSubject, isQuick }) => {
    const load = { body: chatRequest(MODELS.plain, false), concurrency: 32 };
    const comparison = await compare(generator, [openBaseline, openSubject], {
      loads: [load, load],
      plan: { ...(isQuick ? QUICK : FULL), unitsPerRequest: 1 },
    });
    return {
      name: "plain",
      title: "CPU per plain request over the bare proxy",
      value: comparison.ratio,
      unit: "x",
      target: TARGET,
      notes: [comparison.baseline, comparison.subject].map(noteOf),
      requests: comparison.subject.requests,
      details: comparison,
    };
  },
};

const noteOf = (measured: Measured) =>
  `${measured.name}: ${inMedian(measured.cpuMicrosPerUnit, 1)} us of CPU a request, ` +
  `${inMedian(measured.requestsPerSecond, 0)} requests/s, ` +
  `p50 ${inMedian(measured.latencyP50Ms, 2)} ms, p99 ${inMedian(measured.latencyP99Ms, 2)} ms`;
