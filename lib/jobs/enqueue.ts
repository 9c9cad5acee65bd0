import { AppError } from "#lib/base/errors";
import { newId } from "#lib/base/ids";
import type { Tx } from "#lib/platform/db";
import type { Job } from "./job.ts";
import { sealPayload } from "./sealed-payload.ts";

/**
 * Puts a job into the Postgres queue within the caller's transaction: it runs if and only if that commits. The row takes
 * the settings of its queue, which the worker makes at its start; what is secret in it is sealed. Written in SQL because pages must not load the queue's library.
 */
export async function enqueue<Input>(
  tx: Pick<Tx, "$executeRaw">,
  job: Job<Input>,
  { payload, secretsKey }: { readonly payload: Input; readonly secretsKey: string },
): Promise<void> {
  const accepted = job.accepts(payload);
  const data = JSON.stringify(job.isSecret ? sealPayload(accepted, job.name, secretsKey) : accepted);
  const count = await tx.$executeRaw`
    INSERT INTO pgboss.job (id, name, data, retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds,
                            deletion_seconds, keep_until, policy, dead_letter)
    SELECT ${newId()}::uuid, name, ${data}::jsonb, retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds,
           deletion_seconds, now() + retention_seconds * interval '1 second', policy, dead_letter
      FROM pgboss.queue WHERE name = ${job.name}`;
  if (count === 1) return;
  throw new AppError("not_ready", "The worker has not started yet. Try again in a moment.", { detail: job.name });
}
