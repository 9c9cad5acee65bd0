import { Pool } from "undici";
import { z } from "zod";
import { type Answer, exchange, openIdle } from "./exchange.ts";

// The load generator: a process of its own, so that its work is on nobody's bill. One order at a time, over IPC.

const orderShape = z.object({
  url: z.url(),
  apiKey: z.string(),
  body: z.string(),
  requests: z.number().int().positive(),
  concurrency: z.number().int().positive(),
  /** How many events each stream must have before its [DONE]; absent for plain calls. */
  events: z.number().int().positive().optional(),
  /** Open the streams and keep them open until released, instead of reading them to their end. */
  hold: z.boolean().default(false),
});

export type LoadOrder = z.input<typeof orderShape>;

export type LoadReport = {
  readonly requests: number;
  readonly errors: number;
  readonly firstError: string | null;
  readonly seconds: number;
  /** Pieces the bodies arrived in: for streams close to the number of events, or the row measures something else. */
  readonly pieces: number;
  readonly latencyMs: Percentiles;
  readonly firstByteMs: Percentiles;
};

export type Percentiles = { readonly p50: number; readonly p99: number };

// Opened by an order with `hold`, until they are released: what to close, and how many streams have ended before.
let held: { readonly pool: Pool; lost: number } | undefined;

process.on("message", async (message) => {
  if (message === "release") {
    process.send?.(await release());
    return;
  }
  const order = orderShape.parse(message);
  process.send?.(order.hold ? await holdOpen(order) : await drive(order));
});
process.once("disconnect", () => process.exit());

async function drive(order: z.infer<typeof orderShape>): Promise<LoadReport> {
  // A pool per order: no connection is old enough for the target to be closing it.
  const pool = new Pool(order.url, { connections: order.concurrency });
  const report = await repeat(order, () => exchange(pool, order));
  await pool.close();
  return report;
}

async function holdOpen(order: z.infer<typeof orderShape>): Promise<LoadReport> {
  const streams = { pool: new Pool(order.url), lost: 0 };
  held = streams;
  const onLost = () => {
    streams.lost++;
  };
  return await repeat(order, () => openIdle(streams.pool, order, onLost));
}

/** Gives the number of streams that had not stayed open. */
async function release(): Promise<number> {
  const lost = held?.lost ?? 0;
  await held?.pool.destroy();
  return lost;
}

async function repeat(order: z.infer<typeof orderShape>, call: () => Promise<Answer>): Promise<LoadReport> {
  const answers: Answer[] = [];
  const startedAt = performance.now();
  let left = order.requests;
  const caller = async () => {
    while (left-- > 0) answers.push(await call());
  };
  await Promise.all(Array.from({ length: order.concurrency }, caller));
  return summarise(answers, (performance.now() - startedAt) / 1_000);
}

function summarise(answers: readonly Answer[], seconds: number): LoadReport {
  const failed = answers.filter((answer) => answer.error !== null);
  return {
    requests: answers.length,
    errors: failed.length,
    firstError: failed[0]?.error ?? null,
    seconds,
    pieces: answers.reduce((sum, answer) => sum + answer.pieces, 0),
    latencyMs: percentilesOf(answers.map((answer) => answer.durationMs)),
    firstByteMs: percentilesOf(answers.map((answer) => answer.firstByteMs)),
  };
}

function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
