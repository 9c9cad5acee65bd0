import type { Log } from "#lib/platform/log";
import type { Job, JobContext, JobFacts } from "./job.ts";

/** Runs a job once on behalf of a host and writes the one record of it, also when it fails. */
export async function runJob(job: Job, payload: unknown, host: { readonly ctx: JobContext; readonly log: Log }) {
  const startedMs = performance.now();
  const record = (facts: JobFacts) => ({
    job: job.name,
    runId: host.ctx.runId,
    durationMs: Math.round(performance.now() - startedMs),
    ...facts,
  });
  try {
    const facts = await job.run(payload, host.ctx);
    host.log.info("job done", record(facts));
    return facts;
  } catch (error) {
    host.log.warn("job failed", { ...record({}), error });
    throw error;
  }
}
