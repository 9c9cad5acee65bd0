import { setTimeout as sleep } from "node:timers/promises";
import { memoryBytesOf } from "../accounting.ts";
import type { LoadGenerator } from "../load-generator.ts";
import { chatRequest, MODELS } from "../messages.ts";
import { type Spread, spreadOf } from "../statistics.ts";
import type { OpenTarget, Target } from "../targets.ts";
import { inMedian, type RowPlan } from "./row.ts";

const TARGET_MB = 60;
const STREAMS = 1_000;
const CONCURRENCY = 50;
const WARM_UP_STREAMS = 200;
const SAMPLES = 10;
const SAMPLE_EVERY_MS = 500;
const BODY = chatRequest(MODELS.idle, true);

type Reading = { readonly idleMb: number; readonly loadedMb: number };

/** Memory of a process that holds a thousand silent streams, over the bare pipe's that holds as many. */
export const memory: RowPlan = {
  baseline: "pipe",
  models: [MODELS.idle],
  run: async ({ generator, openBaseline, openSubject, isQuick }) => {
    const rounds = isQuick ? 1 : 5;
    const pairs: (readonly [Reading, Reading])[] = [];
    for (let round = 0; round < rounds; round++) {
      pairs.push([await readTarget(generator, openBaseline), await readTarget(generator, openSubject)]);
    }
    const baseline = pairs.map((pair) => pair[0]);
    const subject = pairs.map((pair) => pair[1]);
    const over = spreadOf(pairs.map(([bare, ours]) => ours.loadedMb - bare.loadedMb));
    const growthOver = spreadOf(pairs.map(([bare, ours]) => growthOf(ours) - growthOf(bare)));
    return {
      name: "memory",
      title: `Memory with ${STREAMS} idle streams over the bare pipe's`,
      value: over,
      unit: "MB",
      target: TARGET_MB,
      notes: [
        noteOf("pipe", baseline),
        noteOf("gateway", subject),
        `growth alone: ${inMedian(growthOver, 1)} MB over the pipe's`,
      ],
      requests: rounds * (STREAMS + WARM_UP_STREAMS),
      details: { baseline, subject, over, growthOver },
    };
  },
};

async function readTarget(generator: LoadGenerator, open: OpenTarget): Promise<Reading> {
  const target = await open();
  try {
    await hold(generator, target, WARM_UP_STREAMS);
    await generator.release();
    await target.settle();
    const idleMb = await sampleMb(target);
    await hold(generator, target, STREAMS);
    const loadedMb = await sampleMb(target);
    await generator.release();
    await target.settle();
    return { idleMb, loadedMb };
  } finally {
    await target.stop();
  }
}

const hold = (generator: LoadGenerator, { url, apiKey }: Target, requests: number) =>
  generator.run({ url, apiKey, body: BODY, requests, concurrency: CONCURRENCY, hold: true });

/** The median over some seconds: what is left when the opening's garbage has had its time to go. */
async function sampleMb(target: Target): Promise<number> {
  const samples: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    await sleep(SAMPLE_EVERY_MS);
    samples.push(memoryBytesOf(target.pid) / 1e6);
  }
  return spreadOf(samples).median;
}

const growthOf = (reading: Reading) => reading.loadedMb - reading.idleMb;

function noteOf(name: string, readings: readonly Reading[]): string {
  const of = (value: (reading: Reading) => number): Spread => spreadOf(readings.map(value));
  return `${name}: ${inMedian(
    of((reading) => reading.idleMb),
    1,
  )} MB idle, ${inMedian(
    of((reading) => reading.loadedMb),
    1,
  )} MB with the streams`;
}
