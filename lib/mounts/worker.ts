import type { Server } from "node:http";
import { openFailedAuth } from "#lib/drivers/failed-auth.memory";
import { providerOf } from "#lib/gateway/providers/registry";
import { JOBS } from "#lib/jobs/registry";
import { runJob } from "#lib/jobs/run-job";
import type { Config } from "#lib/platform/config";
import { openDb } from "#lib/platform/db";
import { createLog, type Log } from "#lib/platform/log";
import { openMailer } from "#lib/platform/mail";
import { openAdminServer } from "./api.ts";
import type { JobParts } from "./inngest-host.ts";
import { openPgQueue, type Perform } from "./pg-queue.ts";
import { readTrustedProxies } from "./trusted-proxies.ts";

export type Worker = {
  readonly server: Server;
  readonly log: Log;
  /** Answers no new calls, takes no new jobs, lets running ones end within the time. */
  readonly close: (timeoutMs: number) => Promise<void>;
};

/** The composition root of the worker role: the Admin API, and the queue with every job. */
export async function openWorker(config: Config): Promise<Worker> {
  const log = createLog("worker", config.LOG_LEVEL);
  const db = openDb(config.DATABASE_URL);
  const mailer = openMailer({ smtpUrl: config.SMTP_URL, from: config.MAIL_FROM, dataDir: config.DATA_DIR });
  const isInngest = config.JOBS_HOST === "inngest";
  const parts: JobParts = { db, mailer, now: () => new Date(), log, secretsKey: config.SECRETS_KEY };
  const queue = await openPgQueue({
    databaseUrl: config.DATABASE_URL,
    jobs: JOBS,
    perform: isInngest ? await openRelay(config.SECRETS_KEY) : performHere(parts),
    isScheduling: !isInngest,
    secretsKey: config.SECRETS_KEY,
    log,
  });
  const state = { isClosing: false };
  const server = openAdminServer({
    db,
    deps: {
      keyPepper: config.KEY_PEPPER,
      secretsKey: config.SECRETS_KEY,
      registry: { providerOf },
      queueDepth: queue.depth,
    },
    publicUrl: config.PUBLIC_URL,
    trusted: readTrustedProxies(config.TRUSTED_PROXIES),
    failures: openFailedAuth({
      perMinute: config.FAILED_AUTH_PER_MINUTE,
      monotonic: () => performance.now(),
    }),
    log,
    problems: async () => [...(state.isClosing ? ["stopping"] : []), ...(await databaseProblems(db))],
  });
  return {
    server,
    log,
    close: async (timeoutMs) => {
      state.isClosing = true;
      await Promise.all([closeServer(server, timeoutMs), queue.close(timeoutMs)]);
      mailer.close();
      await db.$disconnect();
    },
  };
}

const performHere =
  (parts: JobParts): Perform =>
  (job, payload, runId) =>
    runJob(job, payload, { ctx: { ...parts, runId, step: (_name, work) => work() }, log: parts.log });

/** Loaded only where Inngest is the host: the queue then hands its jobs on, and keeps no clock. */
async function openRelay(secretsKey: string): Promise<Perform> {
  const { createInngestRelay } = await import("./inngest-relay.ts");
  return createInngestRelay(secretsKey);
}

async function databaseProblems(db: JobParts["db"]): Promise<readonly string[]> {
  try {
    await db.$queryRaw`SELECT 1`;
    return [];
  } catch {
    return ["database"];
  }
}

function closeServer(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
