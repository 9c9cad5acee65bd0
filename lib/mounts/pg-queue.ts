import { PgBoss, type QueueOptions } from "pg-boss";
import type { Job, JobFacts } from "#lib/jobs/job";
import { openPayload } from "#lib/jobs/sealed-payload";
import type { Log } from "#lib/platform/log";

/** Does a job once, in whatever way the chosen host does it. */
export type Perform = (job: Job, payload: unknown, runId: string) => Promise<JobFacts>;

type Options = {
  readonly databaseUrl: string;
  readonly jobs: readonly Job[];
  readonly perform: Perform;
  /** Opens what is secret in the queue. */
  readonly secretsKey: string;
  /** False when another host keeps the clock: then only what was asked for is taken from the queue. */
  readonly isScheduling: boolean;
  readonly log: Log;
};

export type PgQueue = {
  readonly depth: () => Promise<readonly QueueDepth[]>;
  /** Takes no more jobs, lets running ones finish within the time; the rest is tried again by the next worker. */
  readonly close: (timeoutMs: number) => Promise<void>;
};

export type QueueDepth = {
  readonly name: string;
  readonly waiting: number;
  readonly active: number;
  readonly failed: number;
};

const CONNECTIONS = 4;
const POLL_S = 1;
const RUN_S_MAX = 300;
const DEAD_JOBS = "dead-jobs";
const DAY_S = 86_400;

const RETRIES: QueueOptions = {
  retryLimit: 8,
  retryDelay: 5,
  retryBackoff: true,
  retryDelayMax: 900,
  expireInSeconds: RUN_S_MAX,
};

/** A secret payload waits a day at most, the life of the longest link, and is never copied to another queue. */
const SECRET_RETENTION = { retentionSeconds: DAY_S, deleteAfterSeconds: DAY_S };
const RETENTION = { retentionSeconds: 14 * DAY_S, deleteAfterSeconds: 7 * DAY_S };

/** Hosts jobs on the Postgres queue, in this process. Its tables are made by `npm run db:migrate`. */
export async function openPgQueue(options: Options): Promise<PgQueue> {
  const { databaseUrl, jobs, isScheduling, log } = options;
  const boss = new PgBoss({
    connectionString: databaseUrl,
    max: CONNECTIONS,
    application_name: "switchyard-worker",
    migrate: false,
    schedule: isScheduling,
  });
  boss.on("error", (error) => log.warn("the job queue met an error", { error }));
  boss.on("warning", ({ message }) => log.warn("the job queue warns", { text: message }));
  await boss.start();
  await boss.createQueue(DEAD_JOBS, RETENTION);
  for (const job of jobs) await openQueue(boss, job);
  if (isScheduling) await schedule(boss, jobs);
  for (const job of jobs)
    await boss.work(job.name, { pollingIntervalSeconds: POLL_S, includeMetadata: true }, handlerOf(boss, job, options));
  return {
    depth: () => readDepth(boss, jobs),
    close: (timeoutMs) => boss.stop({ graceful: true, close: true, timeout: timeoutMs }),
  };
}

/** Made anew or brought to the present settings, which an older version may have written differently. */
async function openQueue(boss: PgBoss, job: Job): Promise<void> {
  const options = job.isSecret
    ? { ...RETRIES, ...SECRET_RETENTION }
    : { ...RETRIES, ...RETENTION, deadLetter: DEAD_JOBS };
  await boss.createQueue(job.name, options);
  await boss.updateQueue(job.name, options);
}

async function schedule(boss: PgBoss, jobs: readonly Job[]): Promise<void> {
  for (const { name, trigger } of jobs) {
    if ("cron" in trigger) await boss.schedule(name, trigger.cron, {}, { tz: "UTC", missed: "once" });
  }
  const clocked = new Set(jobs.filter(({ trigger }) => "cron" in trigger).map(({ name }) => name));
  const stored = await boss.getSchedules();
  for (const { name } of stored) if (!clocked.has(name)) await boss.unschedule(name);
}

type Taken = { readonly id: string; readonly data: unknown; readonly retryCount: number; readonly retryLimit: number };

function handlerOf(
  boss: PgBoss,
  job: Job,
  { perform, secretsKey, log }: Options,
): (jobs: readonly Taken[]) => Promise<void> {
  return async ([taken]) => {
    if (!taken) return;
    try {
      await perform(job, payloadOf(job, taken, secretsKey), taken.id);
    } catch (error) {
      if (taken.retryCount < taken.retryLimit) throw error;
      log.error("job given up", { job: job.name, runId: taken.id, tries: taken.retryCount + 1, error });
      if (job.isSecret) await forgetPayload(boss, job.name, taken.id);
      throw error;
    }
    if (job.isSecret) await forgetPayload(boss, job.name, taken.id);
  };
}

const payloadOf = (job: Job, { data }: Taken, secretsKey: string): unknown =>
  job.isSecret ? openPayload(data, job.name, secretsKey) : data;

async function forgetPayload(boss: PgBoss, name: string, id: string): Promise<void> {
  await boss.getDb().executeSql("UPDATE pgboss.job SET data = NULL WHERE name = $1 AND id = $2", [name, id]);
}

async function readDepth(boss: PgBoss, jobs: readonly Job[]): Promise<readonly QueueDepth[]> {
  const { rows } = await boss.getDb().executeSql(
    `SELECT name, count(*) FILTER (WHERE state < 'active')::int AS waiting, count(*) FILTER (WHERE state = 'active')::int AS active,
            count(*) FILTER (WHERE state = 'failed')::int AS failed
       FROM pgboss.job WHERE name = ANY($1) GROUP BY name`,
    [jobs.map(({ name }) => name)],
  );
  const found = new Map(rows.map((row: QueueDepth) => [row.name, row]));
  return jobs.map(({ name }) => found.get(name) ?? { name, waiting: 0, active: 0, failed: 0 });
}
