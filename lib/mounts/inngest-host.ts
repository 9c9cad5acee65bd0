import { type Inngest, type InngestFunction, NonRetriableError } from "inngest";
import type { Job, JobContext } from "#lib/jobs/job";
import { runJob } from "#lib/jobs/run-job";
import { openPayload, sealPayload } from "#lib/jobs/sealed-payload";
import type { Log } from "#lib/platform/log";

/** What every run is given besides its own id and steps. */
export type JobParts = Pick<JobContext, "db" | "mailer" | "now"> & { readonly log: Log; readonly secretsKey: string };

/** The name this product has at Inngest. */
export const INNGEST_APP = "switchyard";
const RETRIES = 8;

/** Maps a job onto Inngest: its steps are remembered there, its payload is readable only here. */
export function inngestFunctionOf(client: Inngest, job: Job, parts: JobParts): InngestFunction.Any {
  const trigger = "cron" in job.trigger ? { cron: `TZ=UTC ${job.trigger.cron}` } : { event: job.trigger.on };
  return client.createFunction(
    { id: job.name, retries: RETRIES, triggers: [trigger] },
    async ({ event, step, runId }) => {
      const isOnClock = "cron" in job.trigger;
      const ctx: JobContext = {
        ...parts,
        runId: isOnClock ? runId : (event.id ?? runId),
        step: (name, work) => step.run(name, work),
      };
      const payload = isOnClock ? undefined : openEvent(event.data, job.name, parts.secretsKey);
      return runJob(job, payload, { ctx, log: parts.log });
    },
  );
}

/** Gives a queued job as the event that starts it at Inngest, which sees its name and its id but not what is in it. */
export function eventOf(
  job: Job,
  payload: unknown,
  { runId, secretsKey }: { readonly runId: string; readonly secretsKey: string },
) {
  if ("cron" in job.trigger) throw new Error(`${job.name} runs by the clock`);
  return {
    // Inngest drops a second event of the same id, so a queue that delivers twice starts one run.
    id: runId,
    name: job.trigger.on,
    data: sealPayload(payload, job.name, secretsKey),
  };
}

function openEvent(data: unknown, jobName: string, secretsKey: string): unknown {
  try {
    return openPayload(data, jobName, secretsKey);
  } catch (cause) {
    throw new NonRetriableError(`The payload of ${jobName} cannot be opened.`, { cause });
  }
}
