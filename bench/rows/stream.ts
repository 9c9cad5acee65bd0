import { compare, type Measured } from "../compare.ts";
import { chatRequest, MODELS } from "../messages.ts";
import { inMedian, type RowPlan } from "./row.ts";

const TARGET = 1.5;
const EVENTS = 200;
// Paced below what any target can take, so that each event travels alone and nobody saves work by falling behind.
const INTERVAL_MS = 3;
const MODEL = MODELS.stream(EVENTS, INTERVAL_MS);
const FULL = { rounds: 5, turnsPerRound: 12, requestsPerTurn: 64, warmUpRequests: 192 };
const QUICK = { rounds: 3, turnsPerRound: 6, requestsPerTurn: 64, warmUpRequests: 128 };

/** CPU of a streamed chunk, the request's own share in it, over a bare pipe. */
export const stream: RowPlan = {
  baseline: "pipe",
  models: [MODEL],
  run: async ({ generator, openBaseline, openSubject, isQuick }) => {
    const load = { body: chatRequest(MODEL, true), concurrency: 32, events: EVENTS };
    const comparison = await compare(generator, [openBaseline, openSubject], {
      loads: [load, load],
      plan: { ...(isQuick ? QUICK : FULL), unitsPerRequest: EVENTS },
    });
    return {
      name: "stream",
      title: "CPU per streamed chunk over the bare pipe",
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
  `${measured.name}: ${inMedian(measured.cpuMicrosPerUnit, 1)} us of CPU a chunk, ` +
  `${inMedian(measured.piecesPerRequest, 0)} pieces for ${EVENTS} events, ` +
  `first byte p50 ${inMedian(measured.firstByteP50Ms, 2)} ms`;
